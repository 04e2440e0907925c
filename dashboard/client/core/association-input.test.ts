import { describe, expect, it } from 'vitest';
import {
  changeText,
  contradictionTexts,
  draftOf,
  emptyPatient,
  type PatientDraft,
  readChanges,
  readPatient,
} from './association-input.ts';

const full = {
  patientId: 'P7',
  familyName: 'Example',
  givenName: 'Ada',
  birthDate: '1990-02-28',
  sex: 'female',
  category: 'adult',
} as const;
const newborn = { ...full, category: 'neonatal' } as const;
const nowMs = Date.UTC(2026, 5, 15, 9);
const withChanges = (changes: Partial<PatientDraft>): PatientDraft => ({ ...draftOf(newborn), ...changes });

describe('a new patient as typed', () => {
  it('is read whole', () => {
    expect(readPatient({ ...full, patientId: ' P7 ' }, nowMs)).toEqual({ ok: true, patient: full });
  });

  it('is undefined if nothing was entered', () => {
    expect(readPatient(emptyPatient, nowMs)).toEqual({ ok: true, patient: null });
  });

  it.each([
    [{ patientId: '' }, 'Enter the patient id.'],
    [{ familyName: '' }, 'Enter the family name.'],
    [{ birthDate: '28.2.1990' }, 'Write the date of birth as YYYY-MM-DD.'],
    [{ birthDate: '1990-02-30' }, 'There is no such day. Check the date of birth.'],
    [{ birthDate: '2050-01-01' }, 'The date of birth lies in the future. Check it.'],
    [{ birthDate: '2026-06-16' }, 'The date of birth lies in the future. Check it.'],
    [{ birthDate: '1879-12-31' }, 'The date of birth is before 1880. Check the year.'],
    // No category is chosen before somebody chooses one: an adult's limits are wrong for a newborn.
    [{ category: '' }, 'Choose a category: limits depend on it.'],
    [{ category: 'other' }, 'Choose a category: limits depend on it.'],
  ])('%o is refused: %s', (changes, message) => {
    expect(readPatient({ ...full, ...changes }, nowMs)).toEqual({ ok: false, message });
  });
});

describe('a correction', () => {
  it.each<[string, Partial<PatientDraft>, unknown]>([
    ['one field', { givenName: 'Eve' }, { ok: true, changes: { givenName: 'Eve' } }],
    ['a value taken away', { birthDate: '', sex: '' }, { ok: true, changes: { birthDate: null, sex: null } }],
    ['a given name taken away', { givenName: '' }, { ok: true, changes: { givenName: '' } }],
    ['the category', { category: 'adult' }, { ok: true, changes: { category: 'adult' }, categoryBefore: 'neonatal' }],
    [
      'a date of birth to come',
      { birthDate: '2050-01-01' },
      { ok: false, message: 'The date of birth lies in the future. Check it.' },
    ],
    ['nothing', {}, { ok: false, message: 'Nothing was changed.' }],
    ['a space behind a name', { familyName: 'Example ' }, { ok: false, message: 'Nothing was changed.' }],
    ['the family name taken away', { familyName: '' }, { ok: false, message: 'Enter the family name.' }],
  ])('of %s has the changed fields alone', (_, changes, expected) => {
    expect(readChanges(newborn, withChanges(changes), nowMs)).toEqual(expected);
  });

  it('does not give a patient without a sex the sex "unknown"', () => {
    const { sex: _, ...without } = newborn;
    expect(readChanges(without, draftOf(without), nowMs)).toEqual({ ok: false, message: 'Nothing was changed.' });
  });
});

it('corrects a name when the stored date of birth is wrong and untouched', () => {
  const wrong = { ...newborn, birthDate: '2050-01-01' };
  const read = readChanges(wrong, { ...draftOf(wrong), givenName: 'Eve' }, nowMs);
  expect(read).toEqual({ ok: true, changes: { givenName: 'Eve' } });
});

it('says how the typed data contradict the patient who is in the bed', () => {
  expect(contradictionTexts(emptyPatient, full)).toEqual([]);
  expect(contradictionTexts({ ...emptyPatient, patientId: ' P7 ' }, full)).toEqual([]);
  expect(contradictionTexts({ ...draftOf(full), patientId: 'OTHER' }, { ...full, givenName: '' })).toEqual([
    'patient id: you entered OTHER, in this bed is P7',
    'given name: you entered Ada, in this bed is none',
  ]);
});

it('says who changed what', () => {
  const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;
  const fields = [
    { field: 'familyName', from: 'Made', to: 'First' },
    { field: 'birthDate', from: null, to: '2026-01-01' },
  ];
  const change = { version: 2, associationId: 'assoc-01', at: '2026-01-01T10:00:00.000Z', by, fields } as const;
  expect(changeText({ ...change, act: 'corrected', fields: [...fields] })).toBe(
    'Nora corrected the patient: family name Made → First, date of birth none → 2026-01-01',
  );
  expect(changeText({ ...change, act: 'ended', fields: [] })).toBe('Nora took the device away');
});
