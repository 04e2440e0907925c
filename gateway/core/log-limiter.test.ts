import { expect, it } from 'vitest';
import { linesLeftOut, newLogLimiter } from './log-limiter.ts';

it('linesLeftOut lets one line per second through, and returns the number of lines left out before this line', () => {
  const limiter = newLogLimiter();
  expect(linesLeftOut(limiter, 0)).toBe(0);
  expect(linesLeftOut(limiter, 0)).toBeUndefined();
  expect(linesLeftOut(limiter, 999)).toBeUndefined();
  expect(linesLeftOut(limiter, 1_000)).toBe(2);
  expect(linesLeftOut(limiter, 2_001)).toBe(0);
});

it('linesLeftOut lets a line through after the clock was set back', () => {
  const limiter = newLogLimiter();
  expect(linesLeftOut(limiter, 5_000_000)).toBe(0);
  expect(linesLeftOut(limiter, 1_000)).toBe(0);
});
