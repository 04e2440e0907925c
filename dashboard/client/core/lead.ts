/**
 * How far a remote clock is ahead of the screen's, from messages that carry its time. The largest lead of the last
 * seconds belongs to the quickest message, whose delay is the smallest.
 */

/** How long a quickest message counts. Afterwards a slower way counts as the ordinary one. */
export const leadWindowMs = 30_000;

export type Lead = {
  /** Remote minus local, ms: of this window and of the one before. -Infinity before the first message. */
  now: number;
  before: number;
  windowFromMs: number;
  /** Messages in a row that came with one and the same smaller lead. */
  run: { readonly aheadMs: number; readonly sinceMs: number; readonly count: number } | undefined;
};

export function createLead(): Lead {
  const none = Number.NEGATIVE_INFINITY;
  return { now: none, before: none, windowFromMs: none, run: undefined };
}

/** Leads that differ by no more than this are the same. */
const sameMs = 500;
/**
 * After this many messages, for this long, with one smaller lead, the device's clock was set, or its way is slower from
 * now on.
 */
const runCount = 2;
const runMs = 1_000;

/** A smaller lead by more than this shows that a server that was started anew has another time than before (ours). */
const newRemoteStepMs = 5_000;

/**
 * Takes the first message of a server process that is new to this screen. Its clock may be behind the former one; that
 * of a process that runs on never jumps (contracts/steady-time.ts). Mutates.
 */
export function sawNewRemote(lead: Lead, remoteMs: number, localMs: number): void {
  const isBehind = Math.max(lead.now, lead.before) - (remoteMs - localMs) > newRemoteStepMs;
  if (isBehind) Object.assign(lead, createLead());
  sawRemote(lead, remoteMs, localMs);
}

/**
 * Takes a message that carries `remoteMs` and came at `localMs` (a clock that never runs backward). Mutates.
 * @param stepMs for a remote clock that may be set: the lead follows if it is smaller by more than this and stays so.
 *   Without it a slow way never makes shown values look younger before its window is over.
 */
export function sawRemote(lead: Lead, remoteMs: number, localMs: number, stepMs = Number.POSITIVE_INFINITY): void {
  const aheadMs = remoteMs - localMs;
  if (Math.max(lead.now, lead.before) - aheadMs > stepMs) {
    const { run } = lead;
    const same = run !== undefined && Math.abs(aheadMs - run.aheadMs) <= sameMs;
    lead.run = same ? { ...run, count: run.count + 1 } : { aheadMs, sinceMs: localMs, count: 1 };
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

/** The remote clock at `localMs`; undefined before the first message. */
export function remoteAt(lead: Lead, localMs: number): number | undefined {
  const ahead = Math.max(lead.now, lead.before);
  return Number.isFinite(ahead) ? localMs + ahead : undefined;
}
