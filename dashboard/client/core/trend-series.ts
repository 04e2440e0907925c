/** Trend points as a chart draws them: columns on one time axis, with a hole wherever nothing was measured. */
import type { Trends } from '../../protocol.ts';

export type TrendColumns = {
  /** Seconds since 1970, rising. */
  readonly x: number[];
  /** By code: mean, least and greatest of each step; null where there is none. */
  readonly series: ReadonlyMap<string, { mean: (number | null)[]; min: (number | null)[]; max: (number | null)[] }>;
};

/**
 * Columns for the asked codes. Between two steps with a longer pause than one step lies a step of nulls, so that the line
 * breaks there: no value is made up between two readings. An episodic value (a cuff pressure) never joins its neighbours.
 */
export function trendColumns(trends: Trends, codes: readonly string[]): TrendColumns {
  const wanted = trends.series.filter((one) => codes.includes(one.code));
  const instants = new Set<number>();
  for (const one of wanted) {
    let last: number | undefined;
    for (const [at] of one.points) {
      if (last !== undefined && at - last > trends.stepMs * 1.5) instants.add(last + trends.stepMs);
      instants.add(at);
      last = at;
    }
  }
  const times = [...instants].sort((a, b) => a - b);
  const place = new Map(times.map((at, i) => [at, i]));
  const series = new Map(
    wanted.map((one) => {
      const empty = () => new Array<number | null>(times.length).fill(null);
      const columns = { mean: empty(), min: empty(), max: empty() };
      for (const [at, mean, min, max] of one.points) {
        const i = place.get(at)!;
        columns.mean[i] = mean;
        columns.min[i] = min;
        columns.max[i] = max;
      }
      return [one.code, columns] as const;
    }),
  );
  return { x: times.map((at) => at / 1000), series };
}
