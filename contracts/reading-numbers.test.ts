import { expect, it } from 'vitest';
import { countsByOne } from './reading-numbers.ts';

it.each([
  [0, 0, true],
  [20, 0, true],
  [21, 0, false],
  [21, 9, false],
  [21, 10, true],
  [21, -10, true],
  [120, 1_000, true],
  [121, 1_000, false],
])('for %d missing numbers between readings %d ms apart, countsByOne is %s', (missing, apartMs, isCounted) => {
  expect(countsByOne(missing, apartMs)).toBe(isCounted);
});
