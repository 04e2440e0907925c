/**
 * Limits the requests of one account in a minute, so that a stolen session cannot flood Kafka, the audit trail and the
 * alarm engine.
 */
import { minuteMs } from '../../../contracts/durations.ts';

/**
 * The number of requests in the present minute, by kind of request and account. `sinceMs`: the start of the minute, by
 * a monotonic clock. Old rows are removed.
 */
export type RequestPace = Map<string, { readonly sinceMs: number; count: number }>;

/**
 * Counts one request.
 * @param count the number that this request adds to the count of requests: for a CSV text, the number of its rows
 * @param nowMs monotonic clock, ms
 * @param perMinuteMax number of requests that are accepted in a minute. The first request of a minute is always
 * accepted, even if its `count` is greater.
 * @returns `first-refused` for the first refused request of a minute: only this refusal goes to the audit trail
 */
export function countRequest(
  pace: RequestPace,
  key: string,
  nowMs: number,
  perMinuteMax: number,
  count = 1,
): 'accepted' | 'first-refused' | 'refused' {
  const isOver = ({ sinceMs }: { readonly sinceMs: number }) => nowMs - sinceMs >= minuteMs;
  const row = pace.get(key);
  if (row === undefined || isOver(row)) {
    for (const [oldKey, oldRow] of pace) if (isOver(oldRow)) pace.delete(oldKey);
    pace.set(key, { sinceMs: nowMs, count });
    return 'accepted';
  }
  row.count += count;
  if (row.count <= perMinuteMax) return 'accepted';
  return row.count - count <= perMinuteMax ? 'first-refused' : 'refused';
}
