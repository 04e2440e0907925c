/** How often one login may ask for changes: a stolen session must not fill the log, the audit trail and the alarm engine. */

/** Changes that one login asks for in a minute (ours): more than hands on every screen of a ward do in a storm of alarms. */
export const changesPerMinuteMax = 600;
const minuteMs = 60_000;

/** By session. One that has asked for nothing in this minute has no row. */
export type RequestPace = Map<string, { readonly since: number; n: number }>;

/**
 * Counts one request.
 * @param nowMs monotonic clock, ms
 * @param perMinuteMax how many are taken in a minute
 * @returns `first-refused` once in a minute, for the audit trail
 */
export function countChange(
  pace: RequestPace,
  sessionId: string,
  nowMs: number,
  perMinuteMax = changesPerMinuteMax,
): 'taken' | 'first-refused' | 'refused' {
  const isOver = ({ since }: { readonly since: number }) => nowMs - since >= minuteMs;
  const before = pace.get(sessionId);
  if (before === undefined || isOver(before)) {
    for (const [other, row] of pace) if (isOver(row)) pace.delete(other);
    pace.set(sessionId, { since: nowMs, n: 1 });
    return 'taken';
  }
  before.n += 1;
  if (before.n <= perMinuteMax) return 'taken';
  return before.n === perMinuteMax + 1 ? 'first-refused' : 'refused';
}
