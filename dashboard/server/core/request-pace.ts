/**
 * How often one account may ask for something: a stolen session must not fill the log, the audit trail and the alarm
 * engine.
 */

const minuteMs = 60_000;

/** By kind of request and account. An account that has asked for nothing in this minute has no row. */
export type RequestPace = Map<string, { readonly since: number; n: number }>;

/**
 * Counts one request.
 * @param nowMs monotonic clock, ms
 * @param perMinuteMax how many are taken in a minute
 * @returns `first-refused` once in a minute, for the audit trail
 */
export function countRequest(
  pace: RequestPace,
  key: string,
  nowMs: number,
  perMinuteMax: number,
): 'taken' | 'first-refused' | 'refused' {
  const isOver = ({ since }: { readonly since: number }) => nowMs - since >= minuteMs;
  const before = pace.get(key);
  if (before === undefined || isOver(before)) {
    for (const [other, row] of pace) if (isOver(row)) pace.delete(other);
    pace.set(key, { since: nowMs, n: 1 });
    return 'taken';
  }
  before.n += 1;
  if (before.n <= perMinuteMax) return 'taken';
  return before.n === perMinuteMax + 1 ? 'first-refused' : 'refused';
}
