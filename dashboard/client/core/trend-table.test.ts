import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../../contracts/durations.ts';
import type { TrendCell, TrendTable } from '../../protocol/trend-table.ts';
import {
  cellLegend,
  cellText,
  minutesFor,
  rangeText,
  rowTimes,
  shownMinutes,
  tableColumns,
  tableRows,
  usualMinutes,
  zoneLegend,
} from './trend-table.ts';
import { trendSpanMs } from './trend-view.ts';
import { setZones } from './zones.ts';

const cell = (atMs: number, value: number, fields: Partial<TrendCell> = {}): TrendCell => ({
  ...{ atMs, value, min: value, max: value, count: 1, questionable: false },
  ...fields,
});
const hr = 'MDC_ECG_HEART_RATE';
const table: TrendTable = {
  ...{ intervalMs: 15 * minuteMs, fromMs: hourMs + 1, toMs: 2 * hourMs, clockErrorMs: 0, value: 'last' },
  source: { from: 'store' },
  series: [
    { code: hr, cells: [cell(hourMs, 80), cell(hourMs + 45 * minuteMs, 0)] },
    { code: 'MDC_RESP_RATE', cells: [] },
    { code: 'VIGIL_NEWS2', cells: [cell(hourMs, 4)] },
  ],
};

describe('the intervals', () => {
  it('each span offers the intervals that do not have too many rows', () => {
    expect(minutesFor(hourMs)).toEqual([1, 5, 15, 60]);
    expect(minutesFor(dayMs)).toEqual([1, 5, 15, 60]);
    expect(minutesFor(3 * dayMs)).toEqual([5, 15, 60]);
    expect(minutesFor(7 * dayMs)).toEqual([5, 15, 60]);
  });

  it.each(Object.values(trendSpanMs))('the usual interval of %d ms is offered', (spanMs) => {
    expect(minutesFor(spanMs)).toContain(usualMinutes(spanMs));
  });

  it('the usual interval replaces an interval that would give too many rows', () => {
    expect(shownMinutes(1, hourMs)).toBe(1);
    expect(shownMinutes(1, 7 * dayMs)).toBe(60);
    expect(shownMinutes(undefined, hourMs)).toBe(5);
  });
});

describe('the rows', () => {
  it('a table has the newest interval first, and a row for each interval without values', () => {
    expect(tableRows(table).map(({ atMs, cells }) => [atMs / minuteMs, ...cells.map((each) => each?.value)])).toEqual([
      [105, 0, undefined],
      [90, undefined, undefined],
      [75, undefined, undefined],
      [60, 80, 4],
    ]);
  });

  it('a table has a column only for a code with values', () => {
    expect(tableColumns(table)).toEqual([
      { code: hr, label: 'HR', unit: '/min' },
      { code: 'VIGIL_NEWS2', label: 'NEWS2', unit: undefined },
    ]);
  });
});

describe('the cells', () => {
  it.each([
    ['a real zero', cell(0, 0), '0', undefined],
    ['no value', undefined, '–', undefined],
    ['a questionable value', cell(0, 80, { questionable: true }), '80?', undefined],
    ['different values', cell(0, 80, { min: 76, max: 91 }), '80', '76–91'],
    ['values that look the same', cell(0, 80, { min: 79.8, max: 80.2 }), '80', undefined],
    ['negative values', cell(0, -3, { min: -5, max: 2 }), '-3', '-5 to 2'],
  ])('a cell shows %s', (_name, each, value, range) => {
    expect([cellText(hr, each), rangeText(hr, each)]).toEqual([value, range]);
  });

  it('a sentence says what a cell is', () => {
    expect(cellLegend({ value: 'last' })).toContain('the last value');
    expect(cellLegend({ value: 'mean' })).toContain('the mean');
  });
});

describe('the nights in which the clocks are changed', () => {
  let reset = () => {};
  beforeAll(() => {
    reset = setZones(() => ({ screen: 'Europe/Berlin', wards: {}, ward: undefined }));
  });
  afterAll(() => reset());

  const rowsFrom = (from: string, hours: number) => {
    const fromMs = Date.parse(from);
    return tableRows({ ...table, intervalMs: hourMs, fromMs, toMs: fromMs + hours * hourMs });
  };

  it('in autumn the table has two rows for the hour that comes twice, each with its zone', () => {
    const rows = rowsFrom('2026-10-24T23:00:00.000Z', 4);
    expect(rows.map(rowTimes(rows))).toEqual([
      '10-25 03:00 CET',
      '10-25 02:00 CET',
      '10-25 02:00 CEST',
      '10-25 01:00 CEST',
    ]);
    expect(zoneLegend(rows)).toBe('The clocks were changed in this time, from CEST to CET.');
  });

  it('in spring the table has no row for the hour that does not exist, and loses no other row', () => {
    const rows = rowsFrom('2026-03-29T00:00:00.000Z', 3);
    expect(rows.map(rowTimes(rows))).toEqual(['03-29 04:00 CEST', '03-29 03:00 CEST', '03-29 01:00 CET']);
  });

  it('on all other days the legend has the zone, and the rows have no zone', () => {
    const rows = rowsFrom('2026-10-25T02:00:00.000Z', 2);
    expect(rows.map(rowTimes(rows))).toEqual(['10-25 04:00', '10-25 03:00']);
    // The legend has the zone of the rows, even if the clocks are changed at the end of the table.
    expect(zoneLegend(rows)).toBe('Times are in CET.');
    expect(zoneLegend(rowsFrom('2026-10-24T22:00:00.000Z', 3))).toBe('Times are in CEST.');
  });
});
