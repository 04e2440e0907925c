import { expect, it } from 'vitest';
import { isNight, nightEndMs } from './night.ts';

const at = (hour: number, minute = 0, day = 10) => new Date(2026, 0, day, hour, minute).getTime();

it.each<[string, number, boolean]>([
  ['21:59', at(21, 59), false],
  ['22:00', at(22), true],
  ['00:00', at(0), true],
  ['05:59', at(5, 59), true],
  ['06:00', at(6), false],
  ['12:00', at(12), false],
])('a screen that has night mode each night has it from 22:00 to 06:00: %s', (_, nowMs, expected) => {
  expect(isNight('nightly', 0, nowMs)).toBe(expected);
  expect(isNight('off', 0, nowMs)).toBe(false);
});

it.each([at(18), at(22), at(2), at(5, 59)])(
  'a night that a person begins in the evening or at night ends at the next 06:00',
  (nowMs) => {
    const untilMs = nightEndMs(nowMs);
    expect(new Date(untilMs).getHours()).toBe(6);
    expect(untilMs - nowMs).toBeGreaterThan(0);
    expect(untilMs - nowMs).toBeLessThanOrEqual(13 * 3_600_000);
    expect([isNight('off', untilMs, nowMs), isNight('off', untilMs, untilMs)]).toEqual([true, false]);
  },
);

it.each([at(6), at(6, 1), at(13), at(17, 59)])(
  'a night that a person begins by day lasts two hours, so medium and low alarms are not at the floor all day',
  (nowMs) => {
    const untilMs = nightEndMs(nowMs);
    expect(untilMs - nowMs).toBe(2 * 3_600_000);
    expect([isNight('off', untilMs, untilMs - 1), isNight('off', untilMs, untilMs)]).toEqual([true, false]);
  },
);

it.each([at(22, 0, 10), at(13, 0, 20)])(
  'a night that a person began is over if the clock is set back by many hours',
  (nowMs) => {
    expect(isNight('off', nightEndMs(at(22, 0, 20)), nowMs)).toBe(false);
  },
);
