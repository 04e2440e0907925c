/**
 * Estimates the lead of a remote clock: how far it is ahead of the screen's clock. Each message carries the remote time
 * at which it was sent. The largest lead of the last seconds is the best estimate, because it belongs to the message
 * with the smallest delay.
 */

/** How long the largest lead counts. Afterwards the smaller leads of slower messages count. */
export const leadWindowMs = 30_000;

export type Lead = {
  /** Largest remote minus local time in the present window, ms; -Infinity before the first message. */
  now: number;
  /** Largest remote minus local time in the previous window, ms; -Infinity if there was no message. */
  before: number;
  windowFromMs: number;
  /** Messages in a row that came with about the same smaller lead. */
  run: { readonly aheadMs: number; readonly sinceMs: number; readonly count: number } | undefined;
};

export function createLead(): Lead {
  const unknown = Number.NEGATIVE_INFINITY;
  return { now: unknown, before: unknown, windowFromMs: unknown, run: undefined };
}

/** Leads that differ by no more than this count as the same. */
const sameMs = 500;
/**
 * If this many messages over at least this time have the same smaller lead, the remote clock was set or its messages are
 * slower from now on: the smaller lead counts.
 */
const runCount = 2;
const runMs = 1_000;

/** If the lead at a new server process is smaller by more than this, its clock differs from the former process's (ours). */
const newRemoteStepMs = 5_000;

/**
 * Updates `lead` with the first message of a server process that is new to this screen. The clock of a new process may
 * be behind the clock of the former process. The clock of a running process never jumps (contracts/steady-time.ts).
 */
export function sawNewRemote(lead: Lead, remoteMs: number, localMs: number): void {
  const isBehind = Math.max(lead.now, lead.before) - (remoteMs - localMs) > newRemoteStepMs;
  if (isBehind) Object.assign(lead, createLead());
  sawRemote(lead, remoteMs, localMs);
}

/**
 * Updates `lead` with a message.
 * @param remoteMs remote time in the message
 * @param localMs when the message came, by a local clock that never runs backward
 * @param stepMs for a remote clock that may be set: if several messages have a lead that is smaller by more than this,
 *   the smaller lead counts at once. By default it counts only after the window, so that a slow connection does not
 *   make values look younger than they are.
 */
export function sawRemote(lead: Lead, remoteMs: number, localMs: number, stepMs = Number.POSITIVE_INFINITY): void {
  const aheadMs = remoteMs - localMs;
  if (Math.max(lead.now, lead.before) - aheadMs > stepMs) {
    const { run } = lead;
    const isSameRun = run !== undefined && Math.abs(aheadMs - run.aheadMs) <= sameMs;
    lead.run = isSameRun ? { ...run, count: run.count + 1 } : { aheadMs, sinceMs: localMs, count: 1 };
    const isProven = lead.run.count >= runCount && localMs - lead.run.sinceMs >= runMs;
    if (isProven)
      Object.assign(lead, { now: aheadMs, before: Number.NEGATIVE_INFINITY, windowFromMs: localMs, run: undefined });
  } else lead.run = undefined;
  const open = localMs - lead.windowFromMs;
  if (open > leadWindowMs) {
    lead.before = open > 2 * leadWindowMs ? Number.NEGATIVE_INFINITY : lead.now;
    lead.now = Number.NEGATIVE_INFINITY;
    lead.windowFromMs = localMs;
  }
  lead.now = Math.max(lead.now, remoteMs - localMs);
}

/** Returns the estimated remote time at `localMs`; undefined before the first message. */
export function remoteAt(lead: Lead, localMs: number): number | undefined {
  const ahead = Math.max(lead.now, lead.before);
  return Number.isFinite(ahead) ? localMs + ahead : undefined;
}
