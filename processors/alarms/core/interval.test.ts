/** Tests of the expected interval and the no-data time (CLINICAL, "Judged or told", 1, 4, 6). */
import { describe, expect, it } from 'vitest';
import { parameters } from '../../../contracts/parameters.ts';
import { intervalOf, isSingle, noDataMsOf, withSpacing } from './interval.ts';

const heart = parameters.get('MDC_ECG_HEART_RATE')!;
const cuff = parameters.get('MDC_PRESS_BLD_NONINV_SYS')!;

describe('intervalOf', () => {
  it('the expected interval of a parameter is a second, or what the status declares; for a cuff it is the usual interval', () => {
    expect(intervalOf(heart, null, [])).toBe(1_000);
    expect(intervalOf(heart, null, [], 5_000)).toBe(5_000);
    expect(cuff.episodicMs).toBeGreaterThan(60_000);
    expect(intervalOf(cuff, null, [], 5_000)).toBe(cuff.episodicMs);
  });

  it('the expected interval of a parameter with at least two spacings is the median of the spacings', () => {
    expect(intervalOf(heart, null, [7_000])).toBe(1_000);
    expect(intervalOf(heart, null, [7_000, 3_000])).toBe(3_000);
    expect(intervalOf(heart, null, [3_000, 7_000])).toBe(3_000);
    expect(intervalOf(heart, null, [9_000, 2_000, 5_000])).toBe(5_000);
    expect(intervalOf(heart, null, [9_000, 2_000, 5_000, 7_000])).toBe(5_000);
    expect(intervalOf(heart, null, [8_000, 1_000, 9_000, 1_000, 1_000])).toBe(1_000);
    expect(intervalOf(heart, null, [1_000, 9_000, 9_000, 1_000, 9_000])).toBe(9_000);
  });

  it('the expected interval is the declared interval; for a cuff, only if the declared interval is more than a minute', () => {
    expect(intervalOf(heart, 2_000, [5_000, 5_000])).toBe(2_000);
    expect(intervalOf(cuff, 1_000, [300_000, 300_000])).toBe(300_000);
    expect(intervalOf(cuff, 60_000, [])).toBe(cuff.episodicMs);
    expect(intervalOf(cuff, 60_001, [])).toBe(60_001);
  });
});

describe('intervalOf for a slow parameter', () => {
  it.each([
    ['with equal spacings', [30_000, 30_000, 30_000], 30_000],
    ['with spacings within a fifth of the median', [24_000, 30_000, 36_000], 30_000],
    ['with one spacing a moment too short', [23_999, 30_000, 30_000], 1_000],
    ['with one spacing a moment too long', [30_000, 30_000, 36_001], 1_000],
    ['with only two spacings', [30_000, 30_000], 1_000],
    ['each 10 s', [10_000, 10_000, 10_000], 10_000],
    ['more often than each 10 s', [9_999, 9_999, 9_999], 1_000],
  ])(
    'a parameter %s is expected at its own interval if this interval is even and slow, or else at the declared interval',
    (_name, spacings, intervalMs) => {
      expect(intervalOf({}, 1_000, spacings)).toBe(intervalMs);
    },
  );

  it('the expected interval is never shorter than the declared interval', () => {
    expect(intervalOf({}, 60_000, [20_000, 20_000, 20_000])).toBe(60_000);
  });
});

describe('noDataMsOf', () => {
  it.each([
    [1_000, 20_000],
    [6_666, 20_000],
    [7_000, 21_000],
    [60_000, 180_000],
    [60_001, 180_003],
  ])('a parameter with an interval of %i ms is silent after %i ms without a value', (intervalMs, noDataMs) => {
    expect(noDataMsOf(intervalMs)).toBe(noDataMs);
  });
});

it('a value is a single measurement if it is expected less than once a minute or comes from a cuff', () => {
  expect([isSingle(heart, 60_000), isSingle(heart, 60_001), isSingle(cuff, 1_000)]).toEqual([false, true, true]);
});

describe('withSpacing', () => {
  it('only the last five spacings are kept', () => {
    expect(withSpacing([1, 2, 3, 4], 5)).toEqual([1, 2, 3, 4, 5]);
    expect(withSpacing([1, 2, 3, 4, 5], 6)).toEqual([2, 3, 4, 5, 6]);
    expect(withSpacing([1, 1, 1, 1, 2], 1)).toEqual([1, 1, 1, 2, 1]);
  });

  it('the list of spacings stays the same object if the pace stays the same', () => {
    const steady = [1_000, 1_000, 1_000, 1_000, 1_000];
    expect(withSpacing(steady, 1_000)).toBe(steady);
  });
});
