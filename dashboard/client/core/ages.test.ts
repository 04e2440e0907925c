import { describe, expect, it } from 'vitest';
import { ageClass, ageText, transportToleranceMs as slack } from './ages.ts';

describe('the age of a value', () => {
  it.each([
    // age, interval, class
    [0, 1000, 'current'],
    [-5000, 1000, 'current'],
    [1000 + slack - 1, 1000, 'current'],
    [1000 + slack, 1000, 'current'],
    [1000 + slack + 1, 1000, 'old'],
    [3000 + slack, 1000, 'old'],
    [3000 + slack + 1, 1000, 'expired'],
    [60_000 + slack, 60_000, 'current'],
    [60_000 + slack + 1, 60_000, 'old'],
    [180_000 + slack + 1, 60_000, 'expired'],
    [Number.NaN, 1000, 'expired'],
    [Number.POSITIVE_INFINITY, 1000, 'expired'],
    [3000 + slack + 1, 0, 'expired'],
    [1000, Number.NaN, 'current'],
  ] as const)('%d ms at an interval of %d ms is %s', (age, interval, wanted) => {
    expect(ageClass(age, interval)).toBe(wanted);
  });

  it.each([
    [0, '0 s'],
    [-1, '0 s'],
    [999, '0 s'],
    [1000, '1 s'],
    [99_999, '99 s'],
    [100_000, '1 min'],
    [5_999_999, '99 min'],
    [6_000_000, '1 h 40'],
    [172_799_000, '47 h 59'],
    [172_800_000, '2 d'],
    [Number.NaN, 'unknown'],
  ])('%d ms reads "%s"', (age, text) => {
    expect(ageText(age)).toBe(text);
  });
});
