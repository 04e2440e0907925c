import { describe, expect, it } from 'vitest';
import { comesTwice, instantOfWall, instantsOf, isTimeZone, offsetMsAt, wallTime, zoneLabel } from './zones.ts';

const berlin = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);
/** Returns the fields of `2026-03-29 02:30:00`. */
function wallOf(text: string) {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[- :]/).map(Number);
  return { year, month, day, hour, minute, second };
}

describe('time zones', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Asia/Kolkata', true],
    ['Europe/Berlin2', false],
    ['Berlin', false],
    ['', false],
  ])('isTimeZone says whether the zone "%s" exists: %s', (name, exists) => {
    expect(isTimeZone(name)).toBe(exists);
  });

  it.each([
    [berlin, '2026-01-31T13:05:07Z', '2026-01-31 14:05:07', 'CET'],
    [berlin, '2026-03-29T00:59:59Z', '2026-03-29 01:59:59', 'CET'],
    [berlin, '2026-03-29T01:00:00Z', '2026-03-29 03:00:00', 'CEST'],
    [berlin, '2026-10-25T00:59:59Z', '2026-10-25 02:59:59', 'CEST'],
    [berlin, '2026-10-25T01:00:00Z', '2026-10-25 02:00:00', 'CET'],
    ['UTC', '2026-10-25T01:00:00Z', '2026-10-25 01:00:00', 'UTC'],
    ['Asia/Kolkata', '2026-12-31T20:00:00Z', '2027-01-01 01:30:00', 'UTC+05:30'],
    ['America/St_Johns', '2026-01-01T00:00:00Z', '2025-12-31 20:30:00', 'UTC-03:30'],
    // The clock is put back by half an hour.
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05 01:30:00', 'UTC+10:30'],
  ])('in %s, the clocks show the instant %s as %s %s', (zone, instant, wall, label) => {
    expect(wallTime(zone, at(instant))).toEqual(wallOf(wall));
    expect(zoneLabel(zone, at(instant))).toBe(label);
    expect(instantsOf(zone, wallOf(wall))).toContain(at(instant));
  });

  it('instantsOf returns two instants for a time that comes twice, and none for a time that does not exist', () => {
    expect(instantsOf(berlin, wallOf('2026-10-25 02:30:00'))).toEqual([
      at('2026-10-25T00:30:00Z'),
      at('2026-10-25T01:30:00Z'),
    ]);
    expect(comesTwice(berlin, at('2026-10-25T00:30:00Z'))).toBe(true);
    expect(comesTwice(berlin, at('2026-10-24T23:59:59Z'))).toBe(false);
    expect(comesTwice(berlin, at('2026-10-25T02:00:00Z'))).toBe(false);
    expect(instantsOf(berlin, wallOf('2026-03-29 02:30:00'))).toEqual([]);
    expect(instantsOf(berlin, wallOf('2026-03-29 03:00:00'))).toHaveLength(1);
  });

  it('instantOfWall returns the first instant of a time that comes twice; a time in an hour that does not exist becomes an hour later', () => {
    expect(instantOfWall(berlin, wallOf('2026-10-25 02:30:00'))).toBe(at('2026-10-25T00:30:00Z'));
    expect(instantOfWall(berlin, wallOf('2026-03-29 02:30:00'))).toBe(at('2026-03-29T01:30:00Z'));
    expect(instantOfWall(berlin, { ...wallOf('2026-03-01 07:00:00'), day: 0 })).toBe(at('2026-02-28T06:00:00Z'));
  });

  it('instantsOf finds the instants of a year again from their local times, in zones with different rules', () => {
    for (const zone of [berlin, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'])
      for (let ms = at('2026-01-01T00:00:00Z'); ms < at('2027-01-01T00:00:00Z'); ms += 47 * 3_600_000 + 900_000)
        expect(instantsOf(zone, wallTime(zone, ms)), `${zone} ${ms}`).toContain(ms);
  });

  it('offsetMsAt throws for a zone that does not exist', () => {
    expect(() => offsetMsAt('Mars/Base', 0)).toThrow(RangeError);
  });
});
