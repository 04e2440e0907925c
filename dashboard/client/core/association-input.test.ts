import { describe, expect, it } from 'vitest';
import { changeText, draftOf, emptyPatient, type PatientDraft, readChanges, readPatient } from './association-input.ts';

const full = {
  patientId: 'P7',
  familyName: 'Example',
  givenName: 'Ada',
  birthDate: '1990-02-28',
  sex: 'female',
  category: 'adult',
} as const;
const newborn = { ...full, category: 'neonatal' } as const;
const withChanges = (changes: Partial<PatientDraft>): PatientDraft => ({ ...draftOf(newborn), ...changes });

describe('a new patient as typed', () => {
  it('is read whole', () => {
    expect(readPatient({ ...full, patientId: ' P7 ' })).toEqual({ ok: true, patient: full });
  });

  it('is none where nothing was entered', () => {
    expect(readPatient(emptyPatient)).toEqual({ ok: true, patient: null });
  });

  it.each([
    [{ patientId: '' }, 'Enter the patient id.'],
    [{ familyName: '' }, 'Enter the family name.'],
    [{ birthDate: '28.2.1990' }, 'Write the date of birth as YYYY-MM-DD.'],
    [{ birthDate: '1990-02-30' }, 'Write the date of birth as YYYY-MM-DD.'],
    // No category is chosen before somebody chooses one: an adult's limits are wrong for a newborn.
    [{ category: '' }, 'Choose a category: limits depend on it.'],
    [{ category: 'other' }, 'Choose a category: limits depend on it.'],
  ])('%o is refused: %s', (changes, message) => {
    expect(readPatient({ ...full, ...changes })).toEqual({ ok: false, message });
  });
});

describe('a correction', () => {
  it.each<[string, Partial<PatientDraft>, unknown]>([
    ['one field', { givenName: 'Eve' }, { ok: true, changes: { givenName: 'Eve' } }],
    ['a value taken away', { birthDate: '', sex: '' }, { ok: true, changes: { birthDate: null, sex: null } }],
    ['a given name taken away', { givenName: '' }, { ok: true, changes: { givenName: '' } }],
    ['the category', { category: 'adult' }, { ok: true, changes: { category: 'adult' }, categoryBefore: 'neonatal' }],
    ['nothing', {}, { ok: false, message: 'Nothing was changed.' }],
    ['a space behind a name', { familyName: 'Example ' }, { ok: false, message: 'Nothing was changed.' }],
    ['the family name taken away', { familyName: '' }, { ok: false, message: 'Enter the family name.' }],
  ])('of %s has the changed fields alone', (_, changes, expected) => {
    expect(readChanges(newborn, withChanges(changes))).toEqual(expected);
  });

  it('does not make a patient without a sex one of unknown sex', () => {
    const { sex: _, ...without } = newborn;
    expect(readChanges(without, draftOf(without))).toEqual({ ok: false, message: 'Nothing was changed.' });
  });
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
