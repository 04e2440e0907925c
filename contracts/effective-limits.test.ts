import { expect, it } from 'vitest';
import { effectiveLimits } from './effective-limits.ts';

it.each([
  [{ high: 120, extremeHigh: 140 }, { high: 150 }, { high: 150, extremeHigh: 150 }],
  [{ low: 50, extremeLow: 40 }, { low: 30 }, { low: 30, extremeLow: 30 }],
  [{ low: 50, extremeLow: 40 }, { low: 45 }, { low: 45, extremeLow: 40 }],
  [undefined, { high: 150 }, { high: 150 }],
  [{ high: 120 }, undefined, { high: 120 }],
  [undefined, undefined, undefined],
])('%o with %o over it is %o', (ward, own, merged) => {
  expect(effectiveLimits(ward, own)).toEqual(merged);
});
