import { describe, expect, it } from 'vitest';
import { birthDateFault, contradictions } from './patient-rules.ts';

const wrongForm = 'Write the date of birth as YYYY-MM-DD.';
const noDay = 'There is no such day. Check the date of birth.';
const tooEarly = 'The date of birth is before 1880. Check the year.';
const inFuture = 'The date of birth lies in the future. Check it.';

describe('birthDateFault', () => {
  it.each([
    ['1880-01-01', '2026-06-15T09:00:00.000Z', undefined],
    ['1879-12-31', '2026-06-15T09:00:00.000Z', tooEarly],
    ['0000-01-01', '2026-06-15T09:00:00.000Z', tooEarly],
    ['2026-06-15', '2026-06-15T00:00:00.000Z', undefined],
    ['2026-06-16', '2026-06-15T09:59:59.999Z', inFuture],
    // In Kiritimati (UTC+14) it is the 16th now, and a child may be born there on that day.
    ['2026-06-16', '2026-06-15T10:00:00.000Z', undefined],
    ['2026-06-17', '2026-06-15T23:59:59.999Z', inFuture],
    ['2050-01-01', '2026-06-15T09:00:00.000Z', inFuture],
    ['9999-12-31', '2026-06-15T09:00:00.000Z', inFuture],
    ['2024-02-29', '2026-06-15T09:00:00.000Z', undefined],
    ['2023-02-29', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-02-30', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-13-01', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-00-00', '2026-06-15T09:00:00.000Z', noDay],
    ['1955-2-3', '2026-06-15T09:00:00.000Z', wrongForm],
    ['15.6.1990', '2026-06-15T09:00:00.000Z', wrongForm],
    ['', '2026-06-15T09:00:00.000Z', wrongForm],
  ])('the date of birth %s, entered at %s, has the fault: %s', (birthDate, now, fault) => {
    expect(birthDateFault(birthDate, Date.parse(now))).toBe(fault);
  });
});

describe('contradictions', () => {
  const bedPatient = { patientId: 'P-1', familyName: 'Made', givenName: '', category: 'adult' } as const;
  it.each([
    ['no field if nothing is typed', {}, []],
    ['no field if the typed fields are empty', { patientId: '', birthDate: '' }, []],
    ['no field if the typed person is the patient at the bed', bedPatient, []],
    ['the id if it differs', { patientId: 'P-2' }, [{ field: 'patientId', typed: 'P-2', there: 'P-1' }]],
    [
      'the name and the date of birth if only the id is the same',
      { ...bedPatient, familyName: 'Other', birthDate: '1990-01-01' },
      [
        { field: 'familyName', typed: 'Other', there: 'Made' },
        { field: 'birthDate', typed: '1990-01-01', there: null },
      ],
    ],
  ])('contradictions returns %s', (_, typed, expected) => {
    expect(contradictions(typed, bedPatient)).toEqual(expected);
  });
});
