/**
 * How far a remote clock is ahead of the screen's, from messages that carry its time: the largest lead seen lately is the
 * quickest message's, the one with the least of the way in it.
 */

/** How long a quickest message counts; after it, a slower way is taken for the ordinary one. */
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
/** So many messages, for so long, with one smaller lead: the device's clock was set, or its way is slower from now on. */
const runCount = 2;
const runMs = 1_000;

/** A server that was started anew tells another time than before where its lead is smaller by more than this (ours). */
const newRemoteStepMs = 5_000;

/**
 * The first message of a server process that this screen did not know. Its clock may be behind the one before; that of a process
 * that runs on never jumps (contracts/steady-time.ts). Mutates.
 */
export function sawNewRemote(lead: Lead, remoteMs: number, localMs: number): void {
  const isBehind = Math.max(lead.now, lead.before) - (remoteMs - localMs) > newRemoteStepMs;
  if (isBehind) Object.assign(lead, createLead());
  sawRemote(lead, remoteMs, localMs);
}

/**
 * A message that carries `remoteMs` came at `localMs` (a clock that never runs backward). Mutates.
 * @param stepMs for a remote clock that may be set: a lead that is smaller by more than this, and stays so, is followed. Without it a
 * slow way never makes what is on the screen look younger before its window is over.
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
