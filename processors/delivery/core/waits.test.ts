import { expect, it } from 'vitest';
import { isDue, isSetBack, isTooOld } from './waits.ts';

it.each([
  [1_000, 5_000, 6_000, false],
  [1_000, 5_000, 6_001, true],
  [9_000, 5_000, 6_000, false],
])('isTooOld: fresh at %d, at most %d ms old, now %d: %s', (freshAtMs, ageMsMax, nowMs, expected) =>
  expect(isTooOld(freshAtMs, ageMsMax, nowMs)).toBe(expected),
);

it.each([
  [null, 1_000, false],
  [1_001, 1_000, false],
  [1_000, 1_000, true],
  [0, 1_000, true],
])('isDue: due at %s, now %d: %s', (dueAtMs, nowMs, expected) => expect(isDue(dueAtMs, nowMs)).toBe(expected));

it.each([
  [null, 60_000, 0, false],
  [60_000, 60_000, 0, false],
  [60_001, 60_000, 0, true],
  [60_000, 60_000, 30_000, false],
])('isSetBack: due at %s, wait %d, now %d: %s', (dueAtMs, waitMs, nowMs, expected) =>
  expect(isSetBack(dueAtMs, waitMs, nowMs)).toBe(expected),
);
