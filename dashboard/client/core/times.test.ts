import { describe, expect, it } from 'vitest';
import { clockText, countdownText, dateTimeText, patientAgeText, whenText, yearsOld } from './times.ts';

const noon = new Date(2026, 0, 31, 12, 3, 7).getTime();

describe('times', () => {
  it('instants are written in local time', () => {
    expect(clockText(noon)).toBe('12:03:07');
    expect(dateTimeText(noon)).toBe('2026-01-31 12:03:07');
    expect(whenText(noon, noon + 60_000)).toBe('12:03:07');
    expect(whenText(noon, noon + 86_400_000)).toBe('2026-01-31 12:03');
    expect(clockText(Number.NaN)).toBe('–');
    expect(dateTimeText(Number.NaN)).toBe('–');
  });

  it.each([
    [120_000, '2:00'],
    [119_001, '2:00'],
    [119_000, '1:59'],
    [1, '0:01'],
    [0, '0:00'],
    [-5, '0:00'],
  ])('the countdown of %d ms is written "%s"', (remainingMs, text) => {
    expect(countdownText(noon + remainingMs, noon)).toBe(text);
  });

  it.each([
    ['1990-01-31', 36],
    ['1990-02-01', 35],
    ['1990-01-30', 36],
    ['2026-01-31', 0],
    ['2027-01-01', undefined],
    [undefined, undefined],
  ])('on 2026-01-31 a patient born on %s is %s years old', (birthDate, years) => {
    expect(yearsOld(birthDate, noon)).toBe(years);
  });

  it.each([
    ['1990-01-31', '36 years'],
    ['2024-01-31', '2 years'],
    ['2024-02-01', '23 months'],
    ['2025-01-31', '12 months'],
    ['2025-12-31', '1 month'],
    ['2026-01-01', '30 days'],
    ['2026-01-30', '1 day'],
    ['2026-01-31', '0 days'],
    ['2026-02-01', undefined],
    [undefined, undefined],
  ])('on 2026-01-31 the age of a patient born on %s is written "%s"', (birthDate, text) => {
    expect(patientAgeText(birthDate, noon)).toBe(text);
  });
});
