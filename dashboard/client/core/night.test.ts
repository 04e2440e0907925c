import { expect, it } from 'vitest';
import { isBegunNight, isHourOfNight, isNightOfWard, nightEndMs } from './night.ts';

const at = (hour: number, minute = 0, day = 10) => new Date(2026, 0, day, hour, minute).getTime();

it.each<[string, number, boolean]>([
  ['21:59', at(21, 59), false],
  ['22:00', at(22), true],
  ['00:00', at(0), true],
  ['05:59', at(5, 59), true],
  ['06:00', at(6), false],
  ['12:00', at(12), false],
])('a screen that has night mode each night has it from 22:00 to 06:00: %s', (_, nowMs, expected) => {
  expect(isHourOfNight('nightly', false, nowMs)).toBe(expected);
  expect(isHourOfNight('off', true, nowMs)).toBe(false);
  expect([true, false].map((isWardNight) => isHourOfNight('ward', isWardNight, nowMs))).toEqual([true, false]);
});

it.each([at(18), at(22), at(2), at(5, 59)])(
  'a night that a person begins in the evening or at night ends at the next 06:00',
  (nowMs) => {
    const untilMs = nightEndMs(nowMs);
    expect(new Date(untilMs).getHours()).toBe(6);
    expect(untilMs - nowMs).toBeGreaterThan(0);
    expect(untilMs - nowMs).toBeLessThanOrEqual(13 * 3_600_000);
    expect([isBegunNight(untilMs, nowMs), isBegunNight(untilMs, untilMs)]).toEqual([true, false]);
  },
);

it.each([at(6), at(6, 1), at(13), at(17, 59)])(
  'a night that a person begins by day lasts two hours, so medium and low alarms do not have the lowest volume all day',
  (nowMs) => {
    const untilMs = nightEndMs(nowMs);
    expect(untilMs - nowMs).toBe(2 * 3_600_000);
    expect([isBegunNight(untilMs, untilMs - 1), isBegunNight(untilMs, untilMs)]).toEqual([true, false]);
  },
);

it.each([at(22, 0, 10), at(13, 0, 20)])(
  'a night that a person began is over if the clock is set back by many hours',
  (nowMs) => {
    expect(isBegunNight(nightEndMs(at(22, 0, 20)), nowMs)).toBe(false);
  },
);

const berlin = { night: { from: '22:00', until: '06:00' }, zone: 'Europe/Berlin' };
it.each([
  ['in winter, 1 min before the night', '2026-01-10T20:59:00Z', false],
  ['in winter, in the first minute of the night', '2026-01-10T21:00:00Z', true],
  ['in the night in which the clocks are set forward, in its last minute', '2026-03-29T03:59:00Z', true],
  ['in the night in which the clocks are set forward, at its end', '2026-03-29T04:00:00Z', false],
  ['in the night in which the clocks are set back, in its last minute', '2026-10-25T04:59:00Z', true],
  ['in the night in which the clocks are set back, at its end', '2026-10-25T05:00:00Z', false],
])('the night of a ward is right in the time zone of its hours: %s', (_, at, expected) => {
  expect(isNightOfWard(berlin, Date.parse(at))).toBe(expected);
});

it('a ward without hours has no night, and a browser that does not know the time zone has no night either', () => {
  const midnight = Date.parse('2026-01-10T23:00:00Z');
  expect(isNightOfWard(undefined, midnight)).toBe(false);
  expect(isNightOfWard({ zone: 'UTC' }, midnight)).toBe(false);
  expect(isNightOfWard({ ...berlin, zone: 'Europe/Atlantis' }, midnight)).toBe(false);
});
