import { expect, it } from 'vitest';
import { isDue, isSetBack, isTooOld } from './waits.ts';

it.each([
  [1_000, 5_000, 6_000, false],
  [1_000, 5_000, 6_001, true],
  [9_000, 5_000, 6_000, false],
])(
  'for a start at %d ms, a maximum age of %d ms and the time %d ms, isTooOld is %s',
  (freshAtMs, ageMsMax, nowMs, expected) => expect(isTooOld(freshAtMs, ageMsMax, nowMs)).toBe(expected),
);

it.each([
  [null, 1_000, false],
  [1_001, 1_000, false],
  [1_000, 1_000, true],
  [0, 1_000, true],
])('for a wait until %s ms and the time %d ms, isDue is %s', (dueAtMs, nowMs, expected) =>
  expect(isDue(dueAtMs, nowMs)).toBe(expected),
);

it.each([
  [null, 60_000, 0, false],
  [60_000, 60_000, 0, false],
  [60_001, 60_000, 0, true],
  [60_000, 60_000, 30_000, false],
])('for the end %s ms of a wait of %d ms and the time %d ms, isSetBack is %s', (dueAtMs, waitMs, nowMs, expected) =>
  expect(isSetBack(dueAtMs, waitMs, nowMs)).toBe(expected),
);
