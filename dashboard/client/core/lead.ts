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
};

export function createLead(): Lead {
  const none = Number.NEGATIVE_INFINITY;
  return { now: none, before: none, windowFromMs: none };
}

/** A message that carries `remoteMs` came at `localMs` (a clock that never runs backward). Mutates. */
export function sawRemote(lead: Lead, remoteMs: number, localMs: number): void {
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
