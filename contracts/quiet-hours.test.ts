import { describe, expect, it } from 'vitest';
import { isQuiet } from './quiet-hours.ts';
import { isTimeZone } from './zones.ts';

const night = { from: '22:00', until: '06:00', timeZone: 'Europe/Berlin' };
const noon = { from: '12:00', until: '13:00', timeZone: 'UTC' };

describe('isQuiet', () => {
  it.each([
    ['1 ms before the start', night, '2026-01-10T20:59:59.999Z', false],
    ['the start', night, '2026-01-10T21:00:00.000Z', true],
    ['midnight', night, '2026-01-10T23:00:00.000Z', true],
    ['1 ms before the end', night, '2026-01-11T04:59:59.999Z', true],
    ['the end', night, '2026-01-11T05:00:00.000Z', false],
    ['the end in summer time', night, '2026-07-11T04:00:00.000Z', false],
    ['1 ms before the start within a day', noon, '2026-01-10T11:59:59.999Z', false],
    ['the start within a day', noon, '2026-01-10T12:00:00.000Z', true],
    ['the end within a day', noon, '2026-01-10T13:00:00.000Z', false],
  ])('isQuiet is right at %s', (_, hours, at, expected) => expect(isQuiet(hours, Date.parse(at))).toBe(expected));
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Europe/Atlantis', false],
  ['', false],
])('isTimeZone(%s) is %s', (name, expected) => expect(isTimeZone(name)).toBe(expected));
