import { expect, it } from 'vitest';
import { keepAliveMs, sessionExpiryMs } from './session.ts';

const maxMs = 3_600_000;

it.each([
  ['3.1.1, clean', 4, true, undefined, 0],
  ['3.1.1, kept', 4, false, undefined, maxMs],
  ['5, not said', 5, true, undefined, 0],
  ['5, 0', 5, false, 0, 0],
  ['5, 1 s', 5, true, 1, 1000],
  ['5, the most we keep', 5, false, 3600, maxMs],
  ['5, more', 5, false, 3601, maxMs],
  ['5, for ever', 5, false, 0xffffffff, maxMs],
] as const)('a session of %s', (_name, version, clean, expiryS, expected) => {
  expect(sessionExpiryMs(version, clean, expiryS, maxMs)).toBe(expected);
});

it.each([
  [0, 300_000, true],
  [1, 1000, false],
  [300, 300_000, false],
  [301, 300_000, true],
  [65_535, 300_000, true],
])('a Keep Alive of %i s', (askedS, ms, changed) => {
  expect(keepAliveMs(askedS, 300)).toEqual({ ms, changed });
});
