import { describe, expect, it } from 'vitest';
import { birthDateFault, contradictions } from './patient-rules.ts';

const form = 'Write the date of birth as YYYY-MM-DD.';
const noDay = 'There is no such day. Check the date of birth.';
const early = 'The date of birth is before 1880. Check the year.';
const future = 'The date of birth lies in the future. Check it.';

describe('a date of birth', () => {
  it.each([
    ['1880-01-01', '2026-06-15T09:00:00.000Z', undefined],
    ['1879-12-31', '2026-06-15T09:00:00.000Z', early],
    ['0000-01-01', '2026-06-15T09:00:00.000Z', early],
    ['2026-06-15', '2026-06-15T00:00:00.000Z', undefined],
    ['2026-06-16', '2026-06-15T09:59:59.999Z', future],
    // It is the 16th in Kiritimati (UTC+14): a child born there on that day is taken.
    ['2026-06-16', '2026-06-15T10:00:00.000Z', undefined],
    ['2026-06-17', '2026-06-15T23:59:59.999Z', future],
    ['2050-01-01', '2026-06-15T09:00:00.000Z', future],
    ['9999-12-31', '2026-06-15T09:00:00.000Z', future],
    ['2024-02-29', '2026-06-15T09:00:00.000Z', undefined],
    ['2023-02-29', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-02-30', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-13-01', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-00-00', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-2-3', '2026-06-15T09:00:00.000Z', form],
    ['15.6.1990', '2026-06-15T09:00:00.000Z', form],
    ['', '2026-06-15T09:00:00.000Z', form],
  ])('%s, judged at %s: %s', (birthDate, now, fault) => {
    expect(birthDateFault(birthDate, Date.parse(now))).toBe(fault);
  });
});

describe('the data typed for the patient of a bed', () => {
  const there = { patientId: 'P-1', familyName: 'Made', givenName: '', category: 'adult' } as const;
  it.each([
    ['nothing', {}, []],
    ['empty fields', { patientId: '', birthDate: '' }, []],
    ['the same person', there, []],
    ['another id', { patientId: 'P-2' }, [{ field: 'patientId', typed: 'P-2', there: 'P-1' }]],
    [
      'the same id with another name and a date of birth',
      { ...there, familyName: 'Other', birthDate: '1990-01-01' },
      [
        { field: 'familyName', typed: 'Other', there: 'Made' },
        { field: 'birthDate', typed: '1990-01-01', there: null },
      ],
    ],
  ])('names each field that contradicts: %s', (_, typed, expected) => {
    expect(contradictions(typed, there)).toEqual(expected);
  });
});
