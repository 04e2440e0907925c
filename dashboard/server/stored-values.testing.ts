/** A store of values in memory that answers as InfluxDB does. */
import { hourMs } from '../../contracts/durations.ts';
import type { StoredQuery } from './core/trend-query.ts';
import type { StoredValue } from './core/what-if.ts';
import type { TrendStore } from './trend-store.ts';

/**
 * Creates the store.
 * @param all returns all values of the association; called for each query
 */
export function storeOfValues(
  all: (stored: StoredQuery) => Promise<readonly StoredValue[]>,
): Pick<TrendStore, 'counts' | 'values'> {
  const values = async (stored: StoredQuery) =>
    (await all(stored)).filter(
      ({ code, timeMs }) => stored.codes.includes(code) && timeMs >= stored.fromMs && timeMs < stored.toMs,
    );
  return {
    values,
    async counts(stored) {
      const hours = new Map<number, number>();
      for (const { timeMs } of await values(stored)) {
        const atMs = Math.floor(timeMs / hourMs) * hourMs;
        hours.set(atMs, (hours.get(atMs) ?? 0) + 1);
      }
      return [...hours].map(([atMs, n]) => ({ atMs, valueCount: n }));
    },
  };
}
