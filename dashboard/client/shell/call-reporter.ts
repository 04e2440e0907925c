/** Reports to the server which calls of the person the page has painted, and answers the canary of the page. */
import type { CallsPainted, MyCall } from '../../protocol/delivery.ts';
import { afterTwoFrames } from './shown-alarms.ts';
import { findShownCalls } from './shown-calls.ts';

/** If no visible part of the page showed a call, the page checks again after this time. */
const searchEveryMs = 250;
/** Maximum number of calls in one report. Further calls are in the next report. */
const reportCallsMax = 100;

export type CallReporter = {
  /** Must be called when the server has sent the calls of the person. */
  changed(checkId: string | undefined): void;
  /** Forgets the former reports, because the server of a new connection does not have them. */
  restart(): void;
  close(): void;
};

/**
 * @param calls the open calls; undefined without a live connection
 * @param send sends a report if the connection is open, and returns whether the report was sent
 */
export function openCallReporter(
  calls: () => readonly MyCall[] | undefined,
  send: (report: CallsPainted) => boolean,
): CallReporter {
  const reported = new Set<string>();
  let checkId: string | undefined;
  let isWaitingForFrames = false;

  const due = () => calls()?.filter(({ callId }) => !reported.has(callId)) ?? [];

  function report(shown: ReadonlySet<string>) {
    isWaitingForFrames = false;
    // Somebody may have hidden the tab after its last frame.
    if (document.visibilityState === 'hidden') return;
    const painted = due()
      .filter(({ callId }) => shown.has(callId))
      .slice(0, reportCallsMax);
    if (painted.length === 0 && checkId === undefined) return;
    const list = painted.map(({ alarm, callId }) => ({ alarmId: alarm.alarmId, callId }));
    if (!send({ type: 'calls-painted', calls: list, ...(checkId !== undefined && { checkId }) })) return;
    checkId = undefined;
    for (const { callId } of painted) reported.add(callId);
  }

  function look() {
    const open = new Set(calls()?.map(({ callId }) => callId));
    for (const callId of reported) if (!open.has(callId)) reported.delete(callId);
    if (isWaitingForFrames || document.visibilityState === 'hidden') return;
    if (due().length === 0 && checkId === undefined) return;
    isWaitingForFrames = true;
    afterTwoFrames(() => findShownCalls(report));
  }

  const timer = setInterval(look, searchEveryMs);
  return {
    changed(newCheckId) {
      if (newCheckId !== undefined) checkId = newCheckId;
      // Runs in its own task, so that a fault of the reports cannot stop the sound or the screen.
      queueMicrotask(look);
    },
    restart() {
      reported.clear();
      checkId = undefined;
    },
    close: () => clearInterval(timer),
  };
}
