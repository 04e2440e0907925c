import { expect, it } from 'vitest';
import { passMsMax, signOf } from './signs.ts';

it.each([
  ['a process that stands by', false, undefined, 'standby'],
  ['an owner that decides', true, 0, 'active'],
  ['an owner whose last decision is just recent enough', true, passMsMax, 'active'],
  ['an owner that does not decide any more', true, passMsMax + 1, undefined],
  ['an owner that has not begun', true, undefined, undefined],
] as const)('the sign of life of %s', (_title, isOwner, ageMs, sign) => {
  expect(signOf({ isOwner, lastPassMs: ageMs === undefined ? undefined : 100_000 - ageMs }, 100_000)).toBe(sign);
});
