/** A store of values in memory with the same answers as InfluxDB. */
import type { Stored } from './core/trend-query.ts';
import type { StoredValue } from './core/what-if.ts';
import type { TrendStore } from './trend-store.ts';

const hourMs = 3_600_000;

/**
 * Creates the store.
 * @param all returns all values of the association; called for each query
 */
export function storeOfValues(
  all: (stored: Stored) => Promise<readonly StoredValue[]>,
): Pick<TrendStore, 'counts' | 'values'> {
  const values = async (stored: Stored) =>
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
      return [...hours].map(([atMs, n]) => ({ atMs, values: n }));
    },
  };
}
