/** Writes the table of trends as lines of a CSV file (RFC 4180), without the ends of lines. Pure. */
import { csvCell } from '../../../contracts/csv-cell.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { TrendCell, TrendTable } from '../../protocol/trend-table.ts';

/** What a file has of each cell. An empty cell: no usable value in the interval. */
const columnsOf = (kind: TrendTable['value']) =>
  [
    [kind, ({ value }: TrendCell) => value],
    ['least', ({ min }: TrendCell) => min],
    ['greatest', ({ max }: TrendCell) => max],
    ['values', ({ count }: TrendCell) => count],
    ['questionable', ({ questionable }: TrendCell) => (questionable ? 'yes' : 'no')],
  ] as const;

/**
 * Returns the lines: a header, and one line for each interval, also for an interval without values. The first column is
 * the start of the interval by the clock of the device, in UTC.
 */
export function trendCsvLines({ intervalMs, fromMs, toMs, value, series }: TrendTable): string[] {
  const columns = columnsOf(value);
  const withValues = series.filter(({ cells }) => cells.length > 0);
  const names = withValues.flatMap(({ code }) => {
    const unit = parameters.get(code)?.unit;
    return columns.map(([name], index) =>
      csvCell(`${code} ${name}${unit !== undefined && index < 3 ? ` ${unit}` : ''}`),
    );
  });
  const byTime = withValues.map(({ cells }) => new Map(cells.map((cell) => [cell.atMs, cell])));
  const lines = [['interval_start_device_time', ...names].join(',')];
  for (let atMs = Math.floor(fromMs / intervalMs) * intervalMs; atMs < toMs; atMs += intervalMs) {
    const cells = byTime.flatMap((ofCode) => {
      const cell = ofCode.get(atMs);
      return columns.map(([, textOf]) => (cell === undefined ? '' : csvCell(textOf(cell))));
    });
    lines.push([formatInstant(atMs), ...cells].join(','));
  }
  return lines;
}
