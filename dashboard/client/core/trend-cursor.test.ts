import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../../contracts/durations.ts';
import { createValueReader, cursorValueText, earlierText } from './trend-cursor.ts';
import { trendColumns } from './trend-series.ts';

const hr = 'MDC_ECG_HEART_RATE';
const spo2 = 'MDC_PULS_OXIM_SAT_O2';
const cuff = 'MDC_PRESS_CUFF_SYS';
type Point = [number, number, number, number, number];

describe('createValueReader', () => {
  const every = (stepMs: number, indexes: readonly number[]): Point[] =>
    indexes.map((index) => [index * stepMs, index, index - 1, index + 1, 8]);
  const stepMs = 10_000;
  const trends = {
    stepMs,
    series: [
      { code: hr, points: every(stepMs, [0, 1, 2, 7, 8]) },
      { code: cuff, points: every(stepMs, [3]) },
    ],
  };
  const valueAt = createValueReader(trends, 90_000);

  it.each([
    ['before the first value', -1, undefined],
    ['at the beginning of a step', 10_000, 1],
    ['at the end of a step', 19_999, 1],
    ['at the beginning of the next step', 20_000, 2],
    ['at the end of the last step before a gap', 29_999, 2],
    ['at the beginning of a gap', 30_000, undefined],
    ['at the end of a gap', 69_999, undefined],
    ['at the first value after a gap', 70_000, 7],
    ['in the last step', 89_999, 8],
    ['after the last step', 90_000, undefined],
  ])('%s, the value of a continuous parameter is right', (_name, atMs, mean) => {
    expect(valueAt(hr, atMs)?.mean).toBe(mean);
  });

  it('a cuff pressure is the value until the next cuff pressure is expected, and is marked as earlier', () => {
    expect(valueAt(cuff, 29_999)).toBeUndefined();
    expect(valueAt(cuff, 30_000)).toMatchObject({ mean: 3, atMs: 30_000, isEarlier: false });
    expect(valueAt(cuff, 1_800_000)).toMatchObject({ mean: 3, atMs: 30_000, isEarlier: true });
    expect(valueAt(cuff, 30_000 + 3_600_000)).toBeUndefined();
  });

  it('the text of an earlier value has the time of this value, and the text of a value at the cursor has no time', () => {
    const atMs = new Date(2026, 0, 31, 10, 0, 7).getTime();
    expect(earlierText({ atMs, isEarlier: true })).toBe(' of 10:00:07');
    expect(earlierText({ atMs, isEarlier: false })).toBe('');
  });

  it('between two readings that a line joins, the value is the earlier reading, with its own time', () => {
    const points = every(60_000, [0, 1, 2, 3]).map(([at, mean]): Point => [at, mean, mean, mean, 1]);
    const sparse = createValueReader({ stepMs: 7_500, series: [{ code: hr, points }] }, 240_000);
    expect(sparse(hr, 67_499)).toMatchObject({ mean: 1, isEarlier: false });
    expect(sparse(hr, 100_000)).toMatchObject({ mean: 1, atMs: 60_000, isEarlier: true });
    expect(sparse(hr, 190_000)).toBeUndefined();
  });

  it('a code without values has no value', () => {
    expect(valueAt(spo2, 10_000)).toBeUndefined();
  });
});

describe('cursorValueText', () => {
  it.each([
    [hr, { mean: 88.4, min: 81, max: 97 }, '88 (81 to 97)'],
    [hr, { mean: 88.4, min: 88.2, max: 88.4 }, '88'],
    [hr, { mean: 0, min: 0, max: 0 }, '0'],
    ['MDC_TEMP_BODY', { mean: 37.04, min: 37, max: 37.1 }, '37.0 (37.0 to 37.1)'],
    ['VIGIL_NEWS2', { mean: 9, min: 9, max: 9 }, '9'],
  ] as const)('%s %o is written as %s', (code, value, text) => {
    expect(cursorValueText(code, value)).toBe(text);
  });
});

describe('a short desaturation in 7 days', () => {
  const stepMs = 21 * minuteMs;
  const spanMs = 7 * dayMs;

  /** Returns the steps that the server makes of stored minutes: mean of the means, minimum of the minima, and so on. */
  function stepsOf(minimumOfMinute: ReadonlyMap<number, number>): Point[] {
    const steps = new Map<number, { sum: number; min: number; minutes: number }>();
    for (const [minute, min] of minimumOfMinute) {
      const at = Math.floor((minute * minuteMs) / stepMs) * stepMs;
      const step = steps.get(at) ?? { sum: 0, min: 100, minutes: 0 };
      steps.set(at, { sum: step.sum + 97, min: Math.min(step.min, min), minutes: step.minutes + 1 });
    }
    return [...steps]
      .sort(([a], [b]) => a - b)
      .map(([at, { sum, min, minutes }]) => [at, sum / minutes, min, 98, minutes * 60]);
  }

  it('a short desaturation in 7 days is in the drawn band and in the read-out, at any time and beside any gaps', () => {
    const minutes = spanMs / minuteMs;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: minutes - 1 }),
        fc.integer({ min: 40, max: 89 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: minutes - 1 }), fc.integer({ min: 1, max: 2_000 })), {
          maxLength: 6,
        }),
        (dipMinute, lowest, gaps) => {
          const measured = new Map<number, number>();
          for (let minute = 0; minute < minutes; minute += 1)
            if (minute === dipMinute || !gaps.some(([from, count]) => minute >= from && minute < from + count))
              measured.set(minute, minute === dipMinute ? lowest : 96);
          const points = stepsOf(measured);
          const trends = { stepMs, series: [{ code: spo2, points }] };
          const { x, series } = trendColumns(trends, [spo2]);
          const { min, max, lone } = series.get(spo2)!;
          const at = min.indexOf(lowest);
          expect(x[at]! * 1000).toBe(Math.floor((dipMinute * minuteMs) / stepMs) * stepMs);
          const isJoined = typeof min[at - 1] === 'number' || typeof min[at + 1] === 'number';
          expect(max[at]).toBe(98);
          // The chart draws a band between neighbours, and draws a lone point with its range.
          expect(isJoined || lone.includes(at)).toBe(true);
          expect(createValueReader(trends, spanMs)(spo2, dipMinute * minuteMs)?.min).toBe(lowest);
        },
      ),
      { numRuns: 60 },
    );
  });
});
