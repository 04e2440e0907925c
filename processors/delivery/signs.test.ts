import { expect, it } from 'vitest';
import { intakeMsMax, passMsMax, signOf, tablesMsMax } from './signs.ts';

const nowMs = 100_000;
const works = { isOwner: true, lastPassMs: nowMs, intakeReadMs: nowMs, tablesReadMs: nowMs };
const ago = (ms: number) => nowMs - ms;

it.each([
  ['a process that stands by', { isOwner: false, lastPassMs: undefined, intakeReadMs: undefined }, 'standby'],
  ['an owner that decides', {}, 'active'],
  ['an owner whose last decision is just recent enough', { lastPassMs: ago(passMsMax) }, 'active'],
  ['an owner that does not decide any more', { lastPassMs: ago(passMsMax + 1) }, undefined],
  ['an owner that has not begun', { lastPassMs: undefined, intakeReadMs: undefined }, undefined],
  ['an owner that has read the alarms just recently enough', { intakeReadMs: ago(intakeMsMax) }, 'active'],
  ['an owner that gets no alarms any more', { intakeReadMs: ago(intakeMsMax + 1) }, undefined],
  ['an owner that has read the tables just recently enough', { tablesReadMs: ago(tablesMsMax) }, 'active'],
  ['an owner that does not learn who is on duty any more', { tablesReadMs: ago(tablesMsMax + 1) }, undefined],
] as const)('the sign of life is right for %s', (_title, changes, sign) => {
  expect(signOf({ ...works, ...changes }, nowMs)).toBe(sign);
});
