import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../../contracts/durations.ts';
import type { Point } from '../../../contracts/trend-points.ts';
import { cutOf, joinRows, missingFromMs, recentPlan, rowsOfPoints } from './trend-log-rows.ts';
import type { TrendPlan, TrendRow } from './trend-query.ts';

const hr = 'MDC_ECG_HEART_RATE';
const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const plan: TrendPlan = { retention: 'raw', stepMs: 10_000, codes: [hr], fromMs: t0, toMs: t0 + hourMs };
const point = (timeMs: number, value: number, code = hr): Point => ({
  ...{ associationId: 'assoc-01', code, timeMs, value, questionable: false },
});
const row = (timeMs: number): TrendRow => ({ timeMs, mean: 80, min: 80, max: 80, count: 10 });
const rows = (...times: number[]) => new Map([[hr, times.map((timeMs) => row(t0 + timeMs))]]);

describe('missingFromMs', () => {
  const last = hourMs - 100_000;
  it.each<[string, Partial<TrendPlan>, ReturnType<typeof rows>, number | undefined, number | undefined]>([
    ['is undefined if InfluxDB is as new as the screens', {}, rows(0, last), last + 9_000, undefined],
    ['is undefined if InfluxDB is behind by exactly the usual delay', {}, rows(0, last), last + 25_000, undefined],
    [
      'is the last step if InfluxDB is behind by 1 ms more than the usual delay',
      {},
      rows(0, last),
      last + 25_001,
      last,
    ],
    ['is the beginning if InfluxDB has nothing', {}, rows(), last, 0],
    ['is undefined if the screens have no value', {}, rows(), undefined, undefined],
    ['is undefined if the newest value is before the trend', {}, rows(), -1, undefined],
    ['is the beginning if InfluxDB has only values before the trend', {}, rows(-5_000), last, 0],
    [
      'is undefined if a trend of minutes is behind by the usual delay of minutes',
      { retention: 'minutes' },
      rows(last),
      last + 190_000,
      undefined,
    ],
    [
      'is the last step if a trend of minutes is behind by 1 ms more',
      { retention: 'minutes', toMs: t0 + dayMs },
      rows(last),
      last + 190_001,
      last,
    ],
    ['is undefined if the clock of the device was set back', {}, rows(last), last - hourMs / 2, undefined],
  ])('missingFromMs %s', (_name, fields, stored, newest, expected) => {
    const newestMs = newest === undefined ? undefined : t0 + newest;
    const missing = missingFromMs({ ...plan, ...fields }, stored, newestMs, t0 + hourMs);
    expect(missing === undefined ? undefined : missing - t0).toBe(expected);
  });

  it('missingFromMs is undefined for a trend that ends more than five minutes ago', () => {
    expect(missingFromMs(plan, rows(), t0 + 5_000, plan.toMs + 5 * minuteMs)).toBe(t0);
    expect(missingFromMs(plan, rows(), t0 + 5_000, plan.toMs + 5 * minuteMs + 1)).toBeUndefined();
  });
});

describe('recentPlan', () => {
  const table: TrendPlan = { ...plan, stepMs: hourMs, isTable: true };
  const nowMs = t0 + hourMs;
  const past: TrendPlan = { ...plan, toMs: nowMs - 5 * minuteMs - 1 };
  it.each<[string, TrendPlan, number | undefined, number | undefined]>([
    ['asks for the usual delay before the newest value', table, hourMs - 5_000, hourMs - 30_000],
    ['asks nothing if the beginning of the last step is new enough', table, 25_000, undefined],
    ['asks if the beginning of the last step is 1 ms too old', table, 25_001, 1],
    ['asks nothing if the steps are short', plan, hourMs - 5_000, undefined],
    ['asks nothing if the screens have no value', table, undefined, undefined],
    ['asks for minutes in a trend of minutes', { ...table, retention: 'minutes' }, hourMs - 5_000, hourMs - 245_000],
    ['asks for the newest values also in a trend of the past', past, hourMs - 5_000, hourMs - 30_000],
    ['asks nothing about a trend of the past that has its end', { ...past, toMs: t0 + 25_000 }, hourMs, undefined],
    ['asks if its last value is 1 ms too old', { ...past, toMs: t0 + 25_001 }, hourMs - 5_000, hourMs - 30_000],
  ])('recentPlan %s', (_name, asked, newest, fromMs) => {
    const recent = recentPlan(asked, rows(0), newest === undefined ? undefined : t0 + newest, nowMs);
    expect(recent && recent.fromMs - t0).toBe(fromMs);
    expect(recent?.isTable).toBeUndefined();
  });

  it('the last step is missing if InfluxDB has no recent value', () => {
    expect(missingFromMs(table, rows(0), nowMs - 5_000, nowMs, false)).toBe(t0);
    expect(missingFromMs(table, rows(0), nowMs - 5_000, nowMs, true)).toBeUndefined();
    expect(missingFromMs(past, rows(10_000), nowMs - 5_000, nowMs, false)).toBe(t0 + 10_000);
    expect(missingFromMs(past, rows(), nowMs - 5_000, nowMs, false)).toBe(t0);
  });
});

describe('rowsOfPoints', () => {
  it('rowsOfPoints makes the same steps as InfluxDB', () => {
    const points = [point(t0 + 1_000, 80), point(t0 + 9_999, 84), point(t0 + 5_000, 0), point(t0 + 10_000, 90)];
    expect(rowsOfPoints(points, plan, t0).get(hr)).toEqual([
      { timeMs: t0, mean: 164 / 3, min: 0, max: 84, count: 3 },
      { timeMs: t0 + 10_000, mean: 90, min: 90, max: 90, count: 1 },
    ]);
  });

  it.each([
    ['before the missing part', point(t0 + 9_999, 80)],
    ['after the trend', point(t0 + hourMs, 80)],
    ['of a code that was not asked for', point(t0 + 20_000, 80, 'MDC_RESP_RATE')],
  ])('rowsOfPoints leaves out a value %s', (_name, left) => {
    expect(rowsOfPoints([left], plan, t0 + 10_000).size).toBe(0);
  });
});

describe('joinRows', () => {
  it('the joined rows have each value once, for any last value in InfluxDB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 359 }), fc.integer({ min: 0, max: 9 }), (step, second) => {
        // One value a second; InfluxDB has the values up to some second of one step.
        const all = Array.from({ length: 3_600 }, (_, s) => point(t0 + s * 1_000, s));
        const storedCount = step * 10 + second + 1;
        const stored = rowsOfPoints(all.slice(0, storedCount), plan, t0);
        const cut = missingFromMs(plan, stored, t0 + 3_599_000, plan.toMs);
        const joined = cut === undefined ? stored : joinRows(stored, rowsOfPoints(all, plan, cut), cut, plan.stepMs);
        const complete = rowsOfPoints(all, plan, t0);
        if (cut === undefined) expect(3_600 - storedCount).toBeLessThanOrEqual(25);
        else expect(joined).toEqual(complete);
      }),
    );
  });
});

it('joinRows has a step that began before the trend only once, with the values of the log', () => {
  const unaligned = { ...plan, fromMs: t0 + 3_000 };
  const all = [point(t0 + 4_000, 80), point(t0 + 9_000, 90)];
  const stored = rowsOfPoints(all.slice(0, 1), unaligned, unaligned.fromMs);
  const joined = joinRows(stored, rowsOfPoints(all, unaligned, unaligned.fromMs), unaligned.fromMs, plan.stepMs);
  expect(joined.get(hr)).toEqual([{ timeMs: t0, mean: 85, min: 80, max: 90, count: 2 }]);
});

describe('cutOf', () => {
  it.each([
    ['everything was read', t0 + 20_000, t0, 0, 20_000],
    ['a part was read', t0 + 20_000, t0 + 61_000, 0, 70_000],
    ['the clock of the device is ahead', t0 + 20_000, t0 + 60_000, -5_000, 70_000],
    ['the clock of the device is behind', t0 + 20_000, t0 + 60_000, 5_000, 60_000],
  ])('cutOf returns the right time if %s', (_name, missing, knownFrom, offset, expected) => {
    expect(cutOf(missing, knownFrom, offset, 10_000) - t0).toBe(expected);
  });
});
