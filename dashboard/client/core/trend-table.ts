/** The rows and texts of the table of trends. */
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import { numberText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { type TableMinutes, tableMinutes, tableRowsMax } from '../../../contracts/trend-bounds.ts';
import { zoneLabel } from '../../../contracts/zones.ts';
import type { TrendCell, TrendTable } from '../../protocol/trend-table.ts';
import { t } from './texts.ts';
import { dayMinuteText } from './times.ts';
import { labelAndDigits } from './trend-cursor.ts';
import { isInDoubt, pageZone } from './zones.ts';

/** Returns the intervals with which the table does not exceed the maximum number of rows. */
export function minutesFor(spanMs: number): TableMinutes[] {
  return tableMinutes.filter((minutes) => spanMs / (minutes * minuteMs) <= tableRowsMax);
}

/**
 * Returns the interval of a table if the person has chosen no interval. The table then has about 12 to 24 rows; for a
 * long span the interval is 60 min.
 */
export function usualMinutes(spanMs: number): TableMinutes {
  if (spanMs <= hourMs) return 5;
  return spanMs <= 6 * hourMs ? 15 : 60;
}

/**
 * Returns the interval of the table: the chosen interval, or the usual interval if the chosen interval gives too many
 * rows.
 */
export function shownMinutes(chosen: TableMinutes | undefined, spanMs: number): TableMinutes {
  return chosen !== undefined && minutesFor(spanMs).includes(chosen) ? chosen : usualMinutes(spanMs);
}

export type TableColumn = { readonly code: string; readonly label: string; readonly unit: string | undefined };
/**
 * The row of one interval. It has a cell for each column; the cell is undefined if the interval has no usable value.
 */
export type TableRow = { readonly atMs: number; readonly cells: readonly (TrendCell | undefined)[] };

/** Returns the columns that have values. */
export function tableColumns({ series }: TrendTable): TableColumn[] {
  return series
    .filter(({ cells }) => cells.length > 0)
    .map(({ code }) => ({ code, label: labelAndDigits(code).label, unit: parameters.get(code)?.unitLabel }));
}

/** Returns a row for each interval, the newest row first. An interval without values has a row too. */
export function tableRows({ intervalMs, fromMs, toMs, series }: TrendTable): TableRow[] {
  const byTime = series
    .filter(({ cells }) => cells.length > 0)
    .map(({ cells }) => new Map(cells.map((cell) => [cell.atMs, cell])));
  const rows: TableRow[] = [];
  for (let atMs = Math.floor(fromMs / intervalMs) * intervalMs; atMs < toMs; atMs += intervalMs)
    rows.push({ atMs, cells: byTime.map((ofCode) => ofCode.get(atMs)) });
  return rows.reverse();
}

/**
 * Returns the function that writes the time of a row, for example `10-25 02:00`. If the clocks are changed in the time
 * of the rows, each row has the label of its zone: `10-25 02:00 CEST`.
 */
export function rowTimes(rows: readonly TableRow[]): (row: TableRow) => string {
  const zone = pageZone();
  const hasZones = new Set(rows.map(({ atMs }) => zoneLabel(zone, atMs))).size > 1;
  // `dayMinuteText` already writes the zone of a time that a reader could misread, so only the other times need the
  // zone.
  return ({ atMs }) => `${dayMinuteText(atMs)}${hasZones && !isInDoubt(atMs, zone) ? ` ${zoneLabel(zone, atMs)}` : ''}`;
}

/**
 * Returns the sentence about the zone of the times.
 * @param rows the newest row first
 */
export function zoneLegend(rows: readonly TableRow[]): string {
  const [newest, oldest] = [rows[0], rows.at(-1)].map((row) =>
    row === undefined ? undefined : zoneLabel(pageZone(), row.atMs),
  );
  return newest === oldest
    ? t('Times are in {zone}.', { zone: newest })
    : t('The clocks were changed in this time, from {zone} to {zone2}.', { zone: oldest, zone2: newest });
}

/** Returns the value of a cell; `–` without a value. A questionable value has a `?`. */
export function cellText(code: string, cell: TrendCell | undefined): string {
  if (cell === undefined) return '–';
  const text = numberText(cell.value, labelAndDigits(code).digits);
  return cell.questionable ? `${text}?` : text;
}

/** Returns the range of a cell, for example `80–90`; undefined if all values of the interval have the same text. */
export function rangeText(code: string, cell: TrendCell | undefined): string | undefined {
  if (cell === undefined) return undefined;
  const { digits } = labelAndDigits(code);
  const [least, greatest] = [numberText(cell.min, digits), numberText(cell.max, digits)];
  // A reader could read a dash before a negative number as a second minus, so such a range has the word "to".
  return least === greatest
    ? undefined
    : least.startsWith('-') || greatest.startsWith('-')
      ? t('{least} to {greatest}', { least, greatest })
      : `${least}–${greatest}`;
}

/** Returns the sentence that explains the cells. */
export function cellLegend({ value }: Pick<TrendTable, 'value'>): string {
  return value === 'last'
    ? t(
        'Each cell has the last value of the interval that begins at the time of the row, and its lowest to highest value.',
      )
    : t('Each cell has the mean of the interval that begins at the time of the row, and its lowest to highest value.');
}
