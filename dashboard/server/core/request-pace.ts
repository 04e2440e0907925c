/**
 * Limits the requests of one account in a minute, so that a stolen session cannot flood Kafka, the audit trail and the
 * alarm engine.
 */

const minuteMs = 60_000;

/** The requests of the present minute, by kind of request and account. Old rows are removed. */
export type RequestPace = Map<string, { readonly since: number; n: number }>;

/**
 * Counts one request.
 * @param nowMs monotonic clock, ms
 * @param perMinuteMax number of requests that are accepted in a minute
 * @returns `first-refused` for the first refused request of a minute: only this refusal goes to the audit trail
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
