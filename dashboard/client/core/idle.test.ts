import { expect, it } from 'vitest';
import { idleMs, lockAfterMsOf, type TouchTime } from './idle.ts';

const touched: TouchTime = { wallMs: 1_000_000, steadyMs: 500 };
const touchAfter = (wallMs: number, steadyMs = wallMs): TouchTime => ({
  wallMs: touched.wallMs + wallMs,
  steadyMs: touched.steadyMs + steadyMs,
});

it.each<[string, TouchTime, number | undefined, number]>([
  ['nobody touched the page', touchAfter(60_000), undefined, 60_000],
  ['the machine slept and the monotonic clock stood still', touchAfter(60_000, 0), undefined, 60_000],
  ['the wall clock was set back', touchAfter(-3_600_000, 60_000), undefined, 60_000],
  ['another tab was touched later', touchAfter(60_000), touched.wallMs + 50_000, 10_000],
  ['another tab was touched earlier', touchAfter(60_000), touched.wallMs - 50_000, 60_000],
  ['another tab has a time in the future', touchAfter(60_000), touched.wallMs + 60_001, 60_000],
])('the idle time is right if %s', (_, now, elsewhereMs, idle) => {
  expect(idleMs(touched, now, elsewhereMs)).toBe(idle);
});

it.each([
  ['no session', null, false, undefined],
  ['a screen of a nurse', 'nurse', false, 300_000],
  ['a locked screen', 'locked nurse', false, undefined],
  ['a locked screen until the server has confirmed the lock', 'locked nurse', true, 300_000],
  ['a wall display, which nobody could unlock', 'display', false, undefined],
])('lockAfterMsOf returns the time after which a screen locks itself: %s', (_, who, isLockPending, wanted) => {
  const actor = { userId: 'u', name: 'U', role: who === 'display' ? 'display' : 'nurse' } as const;
  const session = who === null ? null : { actor, locked: who.startsWith('locked'), lockAfterMs: 300_000 };
  expect(lockAfterMsOf(session, isLockPending)).toBe(wanted);
});
