import { expect, it } from 'vitest';
import { leftOutBefore, newQuiet } from './quiet.ts';

it('lets one line a second through and tells how many it left out', () => {
  const quiet = newQuiet();
  expect(leftOutBefore(quiet, 0)).toBe(0);
  expect(leftOutBefore(quiet, 0)).toBeUndefined();
  expect(leftOutBefore(quiet, 999)).toBeUndefined();
  expect(leftOutBefore(quiet, 1_000)).toBe(2);
  expect(leftOutBefore(quiet, 2_001)).toBe(0);
});

it('goes on when the clock is set back', () => {
  const quiet = newQuiet();
  expect(leftOutBefore(quiet, 5_000_000)).toBe(0);
  expect(leftOutBefore(quiet, 1_000)).toBe(0);
});
