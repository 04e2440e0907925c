import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  fieldText,
  fieldTime,
  fieldTimeDoubt,
  instantOfField,
  instantTextOfField,
  refusedTimeText,
} from './time-fields.ts';

const berlin = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);

describe('the time of a field', () => {
  it.each([
    ['2026-01-31T14:03', '2026-01-31T13:03:00Z'],
    ['2026-01-31T14:03:07', '2026-01-31T13:03:07Z'],
    ['2026-07-31T00:00', '2026-07-30T22:00:00Z'],
    // The hour that comes twice. The first of the two instants counts.
    ['2026-10-25T02:30', '2026-10-25T00:30:00Z'],
    ['2026-10-25T03:00', '2026-10-25T02:00:00Z'],
    // The hour that does not exist.
    ['2026-03-29T02:30', undefined],
    ['2026-03-29T03:00', '2026-03-29T01:00:00Z'],
    ['2026-02-30T12:00', undefined],
    ['2026-01-31T24:00', undefined],
    ['', undefined],
    ['soon', undefined],
  ])('the field "%s" of a ward in Berlin is the instant %s', (field, instant) => {
    expect(instantOfField(field, berlin)).toBe(instant && at(instant));
    if (instant) expect(fieldTime(at(instant), berlin)).toBe(field.slice(0, 16));
  });

  it('fieldTime returns an empty text for an instant that is not finite, and an empty field has no instant', () => {
    expect(fieldTime(Number.NaN)).toBe('');
    expect(instantTextOfField('')).toBeUndefined();
    expect(instantTextOfField(fieldTime(at('2026-01-31T13:03:00Z')))).toBe('2026-01-31T13:03:00.000Z');
  });

  it('a time that does not exist is refused; for a time that comes twice, a text says which instant counts', () => {
    expect(fieldTimeDoubt('2026-03-29T02:30', berlin)).toEqual({
      isRefused: true,
      text: '02:30 does not exist on this day: the clock is put forward. Enter another time.',
    });
    expect(fieldTimeDoubt('2026-10-25T02:30', berlin)).toEqual({
      isRefused: false,
      text: '02:30 comes twice on this day: the clock is put back. The first time counts (CEST, not CET).',
    });
    for (const field of ['2026-10-25T03:00', '2026-10-25T01:59', '', 'soon'])
      expect(fieldTimeDoubt(field, berlin)).toBeUndefined();
    expect(refusedTimeText('', '2026-01-31T14:03')).toBeUndefined();
  });
});

it.each([
  ['2026-03-04T05:06', '2026-03-04 05:06'],
  ['2026-03-04T05:06:07', '2026-03-04 05:06'],
  ['', ''],
  ['2026-03', ''],
])('the value "%s" of a field is shown as "%s"', (value, text) => {
  expect(fieldText(value)).toBe(text);
});

it('every field for a date and a time shows its value in the form of the page, because browsers write it differently', () => {
  const ui = join(import.meta.dirname, '../ui');
  const withField = readdirSync(ui).filter((name) => readFileSync(join(ui, name), 'utf8').includes('"datetime-local"'));
  expect(withField).toEqual(['time-field.tsx']);
});
