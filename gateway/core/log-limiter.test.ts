import { expect, it } from 'vitest';
import { linesLeftOut, newLogLimiter } from './log-limiter.ts';

it('lets one line a second through and tells how many it left out', () => {
  const limiter = newLogLimiter();
  expect(linesLeftOut(limiter, 0)).toBe(0);
  expect(linesLeftOut(limiter, 0)).toBeUndefined();
  expect(linesLeftOut(limiter, 999)).toBeUndefined();
  expect(linesLeftOut(limiter, 1_000)).toBe(2);
  expect(linesLeftOut(limiter, 2_001)).toBe(0);
});

it('goes on when the clock is set back', () => {
  const limiter = newLogLimiter();
  expect(linesLeftOut(limiter, 5_000_000)).toBe(0);
  expect(linesLeftOut(limiter, 1_000)).toBe(0);
});
