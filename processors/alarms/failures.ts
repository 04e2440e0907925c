/** Counts and logs the failures of the engine's own code. The log names the device, and has no content of a record. */
import type { Logger } from 'pino';
import { thrownAtText } from '../../process/thrown-at.ts';
import type { EngineTask } from './core/not-judged.ts';
import type { EngineFailureReport } from './partition-state.ts';

/** A failure of the same task about the same patient is logged again after this time. */
const logAgainMs = 10 * 60_000;
/** Maximum number of lines in the log within `logAgainMs`. Further failures are only counted. */
const linesMax = 10_000;

export type Failures = {
  note(failure: EngineFailureReport): void;
  /** Returns the number of failures, by task. */
  counts(): ReadonlyMap<EngineTask, number>;
};

/** @param nowMs the monotonic clock, ms */
export function createFailures(log: Pick<Logger, 'error'>, nowMs: () => number): Failures {
  const counts = new Map<EngineTask, number>();
  const loggedAtMs = new Map<string, number>();
  return {
    note({ associationId, deviceId, task, error }) {
      counts.set(task, (counts.get(task) ?? 0) + 1);
      const key = `${task} ${associationId}`;
      const at = nowMs();
      if (at - (loggedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < logAgainMs) return;
      // The oldest line comes first.
      for (const [other, otherAt] of loggedAtMs) {
        if (at - otherAt < logAgainMs) break;
        loggedAtMs.delete(other);
      }
      if (loggedAtMs.size >= linesMax) return;
      loggedAtMs.set(key, at);
      const reason = `The code failed${thrownAtText(error)}.`;
      log.error(
        { association: associationId, deviceId, task, reason },
        'a fault of Vigil: its code fails about one patient',
      );
    },
    counts: () => counts,
  };
}
