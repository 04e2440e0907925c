/** Reads the answer of InfluxDB to the query of a trend (`trendQueryText`). Pure. */
import type { TrendRow } from './trend-query.ts';

export type Cell = number | boolean | null;
export type RawSeries = { tags?: { code?: string }; columns: string[]; values: Cell[][]; partial?: boolean };

/**
 * Returns the rows of each code, oldest first. For a table, the last value of each step is in a separate series, which
 * may come before or after the other series.
 */
export function trendRowsOf(series: readonly RawSeries[]): Map<string, TrendRow[]> {
  const rows = new Map<string, TrendRow[]>();
  const lasts = new Map<string, NonNullable<TrendRow['last']>>();
  for (const { tags, columns, values } of series) {
    if (!columns.includes('last')) continue;
    for (const cells of values) {
      const cellOf = (name: string) => cells[columns.indexOf(name)];
      const value = cellOf('last');
      if (typeof value === 'number')
        lasts.set(`${tags?.code} ${cellOf('time')}`, { value, questionable: cellOf('doubt') === true });
    }
  }
  for (const { tags, columns, values } of series) {
    if (columns.includes('last')) continue;
    const code = tags?.code ?? '';
    const points = rows.get(code) ?? [];
    rows.set(code, points);
    for (const cells of values) {
      const [timeMs, mean, min, max, count] = cells.map((cell) => (typeof cell === 'number' ? cell : undefined));
      if (timeMs === undefined || mean === undefined || min === undefined || max === undefined) continue;
      const last = lasts.get(`${code} ${timeMs}`);
      points.push({ timeMs, mean, min, max, count: count ?? 1, ...(last && { last }) });
    }
  }
  return rows;
}
