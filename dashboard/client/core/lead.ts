/**
 * Estimates the lead of a remote clock. The lead is how far the remote clock is ahead of the screen's clock. Each
 * message carries the remote time at which it was sent. The largest lead of the last seconds is the best estimate,
 * because it belongs to the message with the smallest delay.
 */

/** How long the largest lead is used. After this time the smaller leads of slower messages are used. */
export const leadWindowMs = 30_000;

export type Lead = {
  /** Largest lead (remote time minus local time) in the present window, ms; -Infinity before the first message. */
  largestMs: number;
  /** Largest lead in the previous window, ms; -Infinity if no message came in this window. */
  previousLargestMs: number;
  windowFromMs: number;
  /** The last messages, if their leads are equal and smaller than the largest lead; undefined in all other cases. */
  run: { readonly aheadMs: number; readonly sinceMs: number; readonly count: number } | undefined;
};

export function createLead(): Lead {
  const unknown = Number.NEGATIVE_INFINITY;
  return { largestMs: unknown, previousLargestMs: unknown, windowFromMs: unknown, run: undefined };
}

/** Two leads count as equal up to this difference, ms. */
const sameLeadMs = 500;
/**
 * If at least `runMessagesMin` messages in at least `runMsMin` have a smaller lead, this lead is used: the remote clock
 * was set, or its messages are slower from now on.
 */
const runMessagesMin = 2;
const runMsMin = 1_000;

/**
 * If the lead of a new server process is smaller than the former lead by more than this, the new process has a
 * different clock (ours).
 */
const newRemoteStepMs = 5_000;

/**
 * Updates `lead` with the first message of a server process that is new to this screen. The clock of a new process may
 * be behind the clock of the former process. The clock of a running process never jumps (contracts/steady-time.ts).
 */
export function updateLeadFromNewProcess(lead: Lead, remoteMs: number, localMs: number): void {
  const isBehind = Math.max(lead.largestMs, lead.previousLargestMs) - (remoteMs - localMs) > newRemoteStepMs;
  if (isBehind) Object.assign(lead, createLead());
  updateLead(lead, remoteMs, localMs);
}

/**
 * Updates `lead` with a message.
 * @param remoteMs remote time in the message
 * @param localMs when the message came, by a local clock that never runs backward
 * @param stepMs for a remote clock that may be set. If the leads of several messages are smaller than the estimate by
 * more than `stepMs`, the smaller lead is used immediately. By default a smaller lead is used only after the window,
 * because a slow connection must not make values look younger than they are.
 */
export function updateLead(lead: Lead, remoteMs: number, localMs: number, stepMs = Number.POSITIVE_INFINITY): void {
  const aheadMs = remoteMs - localMs;
  if (Math.max(lead.largestMs, lead.previousLargestMs) - aheadMs > stepMs) {
    const { run } = lead;
    const isSameRun = run !== undefined && Math.abs(aheadMs - run.aheadMs) <= sameLeadMs;
    lead.run = isSameRun ? { ...run, count: run.count + 1 } : { aheadMs, sinceMs: localMs, count: 1 };
    const isCertain = lead.run.count >= runMessagesMin && localMs - lead.run.sinceMs >= runMsMin;
    if (isCertain)
      Object.assign(lead, {
        largestMs: aheadMs,
        previousLargestMs: Number.NEGATIVE_INFINITY,
        windowFromMs: localMs,
        run: undefined,
      } satisfies Lead);
  } else lead.run = undefined;
  const windowAgeMs = localMs - lead.windowFromMs;
  if (windowAgeMs > leadWindowMs) {
    lead.previousLargestMs = windowAgeMs > 2 * leadWindowMs ? Number.NEGATIVE_INFINITY : lead.largestMs;
    lead.largestMs = Number.NEGATIVE_INFINITY;
    lead.windowFromMs = localMs;
  }
  lead.largestMs = Math.max(lead.largestMs, remoteMs - localMs);
}

/** Returns the estimated remote time at `localMs`; undefined before the first message. */
export function remoteAt(lead: Lead, localMs: number): number | undefined {
  const leadMs = Math.max(lead.largestMs, lead.previousLargestMs);
  return Number.isFinite(leadMs) ? localMs + leadMs : undefined;
}
