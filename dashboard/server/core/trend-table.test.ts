import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../../contracts/durations.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { tableRowsMax } from '../../../contracts/trend-bounds.ts';
import type { ScoreOfStep } from '../../protocol/trend-scores.ts';
import { createStepSums } from './trend-log-rows.ts';
import { type TrendPlan, trendQueryText } from './trend-query.ts';
import { trendRowsOf } from './trend-rows.ts';
import { fromWholeInterval, planTable, tableOf } from './trend-table.ts';
import { trendCsvLines } from './trend-table-csv.ts';

const hr = 'MDC_ECG_HEART_RATE';
const abp = 'MDC_PRESS_BLD_ART_ABP_DIA';
const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const asked = (spanMs: number, minutes: number, codes = hr) => ({
  ...{ codes, minutes, from: formatInstant(t0 - spanMs), to: formatInstant(t0) },
});

function planOf(spanMs: number, minutes: number, codes = hr): TrendPlan {
  const plan = planTable(asked(spanMs, minutes, codes), t0);
  if ('message' in plan) throw new Error(plan.message);
  return plan;
}

describe('planTable', () => {
  it.each([
    ['1 hour with 1 min', hourMs, 1, 'raw'],
    ['a day with 1 min', dayMs, 1, 'raw'],
    ['3 days with 60 min', 3 * dayMs, 60, 'minutes'],
    ['7 days with 5 min', 7 * dayMs, 5, 'minutes'],
  ])('a table has a step for each interval: %s', (_name, spanMs, minutes, retention) => {
    expect(planOf(spanMs, minutes)).toMatchObject({ retention, stepMs: minutes * minuteMs, isTable: true });
  });

  it.each([
    ['more rows than a table has', (tableRowsMax + 1) * minuteMs, 1],
    ['an interval that nobody can choose', hourMs, 2],
    ['no time', 0, 5],
  ])('planTable refuses %s', (_name, spanMs, minutes) => {
    expect(planTable(asked(spanMs, minutes), t0)).toMatchObject({ code: 'time-invalid' });
  });

  it('the first interval is whole', () => {
    const plan = { ...planOf(hourMs, 15), fromMs: t0 - hourMs + 1 };
    expect(fromWholeInterval(plan).fromMs).toBe(t0 - hourMs);
    expect(fromWholeInterval({ ...plan, fromMs: t0 - hourMs - 1 }).fromMs).toBe(t0 - hourMs - 15 * minuteMs);
  });

  it('the query asks for the last value only if InfluxDB has every value', () => {
    expect(trendQueryText(planOf(hourMs, 5), 'assoc-01')).toContain('last("value") AS "last"');
    expect(trendQueryText(planOf(3 * dayMs, 60), 'assoc-01')).not.toContain('last(');
  });

  it('the mark “questionable” is the mark of the last value, and not the newest mark of the interval', () => {
    const [, lastStatement] = trendQueryText(planOf(hourMs, 5), 'assoc-01').split('; ');
    expect(lastStatement).toMatch(/^SELECT last\("value"\) AS "last", "questionable" AS "doubt" FROM "raw"/);
    // The answer of InfluxDB 1.8 to a value of 12, a questionable 18 and a 15, and 5 min later a questionable 16.
    const ofCode = { tags: { code: hr } };
    const rows = trendRowsOf([
      {
        ...{ ...ofCode, columns: ['time', 'mean', 'min', 'max', 'count'] },
        values: [
          [t0, 15, 12, 18, 3],
          [t0 + 300_000, 16, 16, 16, 1],
        ],
      },
      {
        ...{ ...ofCode, columns: ['time', 'last', 'doubt'] },
        values: [
          [t0, 15, null],
          [t0 + 300_000, 16, true],
        ],
      },
    ]);
    expect(rows.get(hr)).toEqual([
      { timeMs: t0, mean: 15, min: 12, max: 18, count: 3, last: { value: 15, questionable: false } },
      { timeMs: t0 + 300_000, mean: 16, min: 16, max: 16, count: 1, last: { value: 16, questionable: true } },
    ]);
  });
});

/** Returns the table of values, as the log has them. */
function tableWith(
  spanMs: number,
  values: readonly (readonly [atMs: number, value: number, questionable?: boolean])[],
) {
  const plan = planOf(spanMs, spanMs > dayMs ? 60 : 15, `${abp},${hr}`);
  const sums = createStepSums(plan, plan.fromMs);
  for (const [atMs, value, questionable = false] of values) sums.add({ code: abp, timeMs: atMs, value, questionable });
  return tableOf(plan, sums.rows(), { source: { from: 'store' }, clockErrorMs: 0 });
}

describe('tableOf', () => {
  const last = [
    [t0 - 3_000, 70],
    [t0 - 1_000, 62],
    [t0 - 2_000, 90],
  ] as const;

  it('a cell has the last value by the time of the device, and the range of the interval', () => {
    const { value, series } = tableWith(hourMs, last);
    expect(value).toBe('last');
    expect(series).toEqual([
      {
        code: abp,
        cells: [{ atMs: t0 - 15 * minuteMs, value: 62, min: 62, max: 90, count: 3, questionable: false }],
      },
      { code: hr, cells: [] },
    ]);
  });

  it('a cell is questionable if its last value is questionable', () => {
    expect(tableWith(hourMs, [...last, [t0 - 500, 61, true]]).series[0]?.cells[0]).toMatchObject({
      ...{ value: 61, questionable: true },
    });
    expect(tableWith(hourMs, [[t0 - 9_000, 61, true], ...last]).series[0]?.cells[0]?.questionable).toBe(false);
  });

  it('in a table of a long time, a cell has the mean, and the table says so', () => {
    const { value, series } = tableWith(3 * dayMs, last);
    expect([value, series[0]?.cells[0]?.value]).toEqual(['mean', 74]);
  });
});

describe('trendCsvLines', () => {
  it('a file has a line for each interval, also without values, and a negative number stays a number', () => {
    const lines = trendCsvLines(tableWith(hourMs, [[t0 - 20 * minuteMs, -5, true]]));
    expect(lines).toEqual([
      `interval_start_device_time,${abp} last mm[Hg],${abp} least mm[Hg],${abp} greatest mm[Hg],${abp} values,${abp} questionable`,
      '2026-01-01T09:00:00.000Z,,,,,',
      '2026-01-01T09:15:00.000Z,,,,,',
      '2026-01-01T09:30:00.000Z,-5,-5,-5,1,yes',
      '2026-01-01T09:45:00.000Z,,,,,',
    ]);
  });

  it('a real 0 is a value, and a file without values has the intervals', () => {
    expect(trendCsvLines(tableWith(hourMs, [[t0 - 1, 0]])).at(-1)).toBe('2026-01-01T09:45:00.000Z,0,0,0,1,no');
    expect(trendCsvLines(tableWith(hourMs, []))).toHaveLength(5);
  });

  it('in the night in which the clocks are set back, each interval has one line, in UTC', () => {
    const fromMs = Date.parse('2026-10-25T00:00:00.000Z');
    const table = { ...tableWith(hourMs, []), intervalMs: hourMs, fromMs, toMs: fromMs + 3 * hourMs };
    expect(trendCsvLines(table).slice(1)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  describe('the parts of NEWS2', () => {
    const at = t0 - 20 * minuteMs;
    const score: ScoreOfStep = {
      ...{ stepAtMs: t0 - 30 * minuteMs, atMs: at, scale: 2, total: null, atLeast: 3 },
      parts: [
        { parameter: 'RR', value: 26, ageMs: 1_999, points: 3 },
        { parameter: 'SpO2', value: 97, ageMs: 0 },
        { parameter: 'oxygen' },
        { parameter: 'consciousness', value: 'A', ageMs: 13 * hourMs },
        { parameter: 'pulse', value: 0, ageMs: 5_000, points: 3 },
      ],
    };
    const scores = { scores: [score], knownFromMs: t0 - 45 * minuteMs, knownToMs: t0, isWhole: true };

    /** Returns the cells of NEWS2 of each line, by the name of their column. */
    function cellsOf(read: typeof scores | 'unread'): Record<string, string>[] {
      const [header = '', ...lines] = trendCsvLines(tableWith(hourMs, []), read);
      const names = header.split(',');
      return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])));
    }

    it('a line has the last score of its interval, each part with its value, points and age, and what is missing', () => {
      const cells = cellsOf(scores);
      expect(cells.map((line) => line['NEWS2 parts'])).toEqual(['not read', 'no score', 'yes', 'no score']);
      expect(cells[2]).toMatchObject({
        'NEWS2 scored_at_device_time': '2026-01-01T09:40:00.000Z',
        ...{ 'NEWS2 total': '', 'NEWS2 at_least': '3' },
        ...{ 'NEWS2 RR value /min': '26', 'NEWS2 RR points': '3', 'NEWS2 RR age s': '1', 'NEWS2 RR missing': '' },
        ...{ 'NEWS2 SpO2 value %': '97', 'NEWS2 SpO2 points': '', 'NEWS2 SpO2 missing': 'oxygen unknown' },
        ...{ 'NEWS2 oxygen value': '', 'NEWS2 oxygen missing': 'not entered' },
        ...{ 'NEWS2 consciousness value': 'A', 'NEWS2 consciousness missing': 'too old' },
        ...{ 'NEWS2 pulse value /min': '0', 'NEWS2 pulse points': '3' },
        'NEWS2 Temp missing': 'not measured',
      });
    });

    it('if the log cannot be read, every line says so; a table without NEWS2 has no such column', () => {
      expect(cellsOf('unread').map((line) => line['NEWS2 parts'])).toEqual(Array(4).fill('not read'));
      expect(trendCsvLines(tableWith(hourMs, [])).join()).not.toContain('NEWS2');
    });
  });
});
