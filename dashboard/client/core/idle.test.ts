import { expect, it } from 'vitest';
import { idleMs, type TouchTime } from './idle.ts';

const touched: TouchTime = { wallMs: 1_000_000, steadyMs: 500 };
const after = (wallMs: number, steadyMs = wallMs): TouchTime => ({
  wallMs: touched.wallMs + wallMs,
  steadyMs: touched.steadyMs + steadyMs,
});

it.each<[string, TouchTime, number | undefined, number]>([
  ['nobody touched the page', after(60_000), undefined, 60_000],
  ['the machine slept and the monotonic clock stood still', after(60_000, 0), undefined, 60_000],
  ['the wall clock was set back', after(-3_600_000, 60_000), undefined, 60_000],
  ['another tab was touched later', after(60_000), touched.wallMs + 50_000, 10_000],
  ['another tab was touched earlier', after(60_000), touched.wallMs - 50_000, 60_000],
  ['another tab has a time in the future', after(60_000), touched.wallMs + 60_001, 60_000],
])('the idle time is right if %s', (_, now, elsewhereMs, idle) => {
  expect(idleMs(touched, now, elsewhereMs)).toBe(idle);
});
