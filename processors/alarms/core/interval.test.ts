/** How often a parameter is expected, and from when on it is missed (CLINICAL, "Judged or told", 1, 4, 6). */
import { describe, expect, it } from 'vitest';
import { parameters } from '../../../contracts/parameters.ts';
import { intervalOf, isSingle, noDataMsOf, spacedBy } from './interval.ts';

const heart = parameters.get('MDC_ECG_HEART_RATE')!;
const cuff = parameters.get('MDC_PRESS_BLD_NONINV_SYS')!;

describe('a parameter is expected', () => {
  it('each second by default, as the status declares if it does, and a cuff as seldom as cuffs measure', () => {
    expect(intervalOf(heart, null, [])).toBe(1_000);
    expect(intervalOf(heart, null, [], 5_000)).toBe(5_000);
    expect(cuff.episodicMs).toBeGreaterThan(60_000);
    expect(intervalOf(cuff, null, [], 5_000)).toBe(cuff.episodicMs);
  });

  it('at the middle of two spacings or more: of two in the middle the shorter', () => {
    expect(intervalOf(heart, null, [7_000])).toBe(1_000);
    expect(intervalOf(heart, null, [7_000, 3_000])).toBe(3_000);
    expect(intervalOf(heart, null, [3_000, 7_000])).toBe(3_000);
    expect(intervalOf(heart, null, [9_000, 2_000, 5_000])).toBe(5_000);
    expect(intervalOf(heart, null, [9_000, 2_000, 5_000, 7_000])).toBe(5_000);
    expect(intervalOf(heart, null, [8_000, 1_000, 9_000, 1_000, 1_000])).toBe(1_000);
    expect(intervalOf(heart, null, [1_000, 9_000, 9_000, 1_000, 9_000])).toBe(9_000);
  });

  it('as declared, whatever its spacings; a cuff only if more than a minute is declared', () => {
    expect(intervalOf(heart, 2_000, [5_000, 5_000])).toBe(2_000);
    expect(intervalOf(cuff, 1_000, [300_000, 300_000])).toBe(300_000);
    expect(intervalOf(cuff, 60_000, [])).toBe(cuff.episodicMs);
    expect(intervalOf(cuff, 60_001, [])).toBe(60_001);
  });
});

describe('a temperature in some of the messages that come each second', () => {
  it.each([
    ['as evenly as a clock', [30_000, 30_000, 30_000], 30_000],
    ['within a fifth of the middle', [24_000, 30_000, 36_000], 30_000],
    ['a moment too early for a fifth', [23_999, 30_000, 30_000], 1_000],
    ['a moment too late for a fifth', [30_000, 30_000, 36_001], 1_000],
    ['three times only, so two spacings', [30_000, 30_000], 1_000],
    ['each 10 s: not intermittent', [10_000, 10_000, 10_000], 10_000],
    ['more often than each 10 s: intermittent', [9_999, 9_999, 9_999], 1_000],
  ])('%s is expected by its own pace, or else as declared', (_name, spacings, intervalMs) => {
    expect(intervalOf({}, 1_000, spacings)).toBe(intervalMs);
  });

  it('has no own pace that is faster than the declared one', () => {
    expect(intervalOf({}, 60_000, [20_000, 20_000, 20_000])).toBe(60_000);
  });
});

describe('no data', () => {
  it.each([
    [1_000, 20_000],
    [6_666, 20_000],
    [7_000, 21_000],
    [60_000, 180_000],
    [60_001, 180_003],
  ])('begins %i ms after the last value of a parameter that is expected each %i ms', (intervalMs, noDataMs) => {
    expect(noDataMsOf(intervalMs)).toBe(noDataMs);
  });
});

it('a value is a single measurement if it is expected less than once a minute, and always if it is from a cuff', () => {
  expect([isSingle(heart, 60_000), isSingle(heart, 60_001), isSingle(cuff, 1_000)]).toEqual([false, true, true]);
});

describe('of the spacings', () => {
  it('the last five count', () => {
    expect(spacedBy([1, 2, 3, 4], 5)).toEqual([1, 2, 3, 4, 5]);
    expect(spacedBy([1, 2, 3, 4, 5], 6)).toEqual([2, 3, 4, 5, 6]);
    expect(spacedBy([1, 1, 1, 1, 2], 1)).toEqual([1, 1, 1, 2, 1]);
  });

  it('stay the same list if the device keeps its pace', () => {
    const steady = [1_000, 1_000, 1_000, 1_000, 1_000];
    expect(spacedBy(steady, 1_000)).toBe(steady);
  });
});
