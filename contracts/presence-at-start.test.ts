import { expect, it } from 'vitest';
import { countsAtStart } from './presence-at-start.ts';
import { formatInstant } from './time.ts';

const t0 = Date.UTC(2026, 2, 1);

it.each([
  ['of a process that ended long ago is not used', formatInstant(t0 - 30_001), false],
  ['of a clock that is a little behind is used', formatInstant(t0 - 30_000), true],
  ['of the present is used', formatInstant(t0), true],
  ['of a clock that is a little ahead is used', formatInstant(t0 + 30_000), true],
  ['of a clock that is far ahead is not used', formatInstant(t0 + 30_001), false],
  ['with an invalid time is not used', 'no time', false],
])('by a reader that has just started, a record %s', (_name, at, expected) => {
  expect(countsAtStart({ at }, t0)).toBe(expected);
});
