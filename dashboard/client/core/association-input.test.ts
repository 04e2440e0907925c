import { describe, expect, it } from 'vitest';
import { german } from '../german/german.ts';
import {
  changeText,
  contradictionTexts,
  draftOf,
  emptyPatientDraft,
  type PatientDraft,
  readChanges,
  readPatient,
} from './association-input.ts';
import { setTexts } from './texts.ts';

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

describe('readPatient', () => {
  it('readPatient returns a new patient with all fields, without spaces at the ends', () => {
    expect(readPatient({ ...full, patientId: ' P7 ' }, nowMs)).toEqual({ ok: true, patient: full });
  });

  it('readPatient returns null if nothing was entered', () => {
    expect(readPatient(emptyPatientDraft, nowMs)).toEqual({ ok: true, patient: null });
  });

  it.each([
    [{ patientId: '' }, 'Enter the patient id.'],
    [{ familyName: '' }, 'Enter the family name.'],
    [{ birthDate: '28.2.1990' }, 'Write the date of birth as YYYY-MM-DD.'],
    [{ birthDate: '1990-02-30' }, 'There is no such day. Check the date of birth.'],
    [{ birthDate: '2050-01-01' }, 'The date of birth lies in the future. Check it.'],
    [{ birthDate: '2026-06-16' }, 'The date of birth lies in the future. Check it.'],
    [{ birthDate: '1879-12-31' }, 'The date of birth is before 1880. Check the year.'],
    // The form has no default category, because an adult's limits are wrong for a newborn.
    [{ category: '' }, 'Choose a category: limits depend on it.'],
    [{ category: 'other' }, 'Choose a category: limits depend on it.'],
  ])('readPatient refuses %o with "%s"', (changes, message) => {
    expect(readPatient({ ...full, ...changes }, nowMs)).toEqual({ ok: false, message });
  });
});

describe('readChanges', () => {
  it.each<[string, Partial<PatientDraft>, unknown]>([
    ['returns only the changed field', { givenName: 'Eve' }, { ok: true, changes: { givenName: 'Eve' } }],
    [
      'returns null for an emptied date of birth or sex',
      { birthDate: '', sex: '' },
      { ok: true, changes: { birthDate: null, sex: null } },
    ],
    ['returns an empty text for an emptied given name', { givenName: '' }, { ok: true, changes: { givenName: '' } }],
    [
      'returns a changed category with the former category',
      { category: 'adult' },
      { ok: true, changes: { category: 'adult' }, categoryBefore: 'neonatal' },
    ],
    [
      'refuses a date of birth in the future',
      { birthDate: '2050-01-01' },
      { ok: false, message: 'The date of birth lies in the future. Check it.' },
    ],
    ['refuses an unchanged form', {}, { ok: false, message: 'Nothing was changed.' }],
    ['ignores a space after a name', { familyName: 'Example ' }, { ok: false, message: 'Nothing was changed.' }],
    ['refuses an emptied family name', { familyName: '' }, { ok: false, message: 'Enter the family name.' }],
  ])('readChanges %s', (_, changes, expected) => {
    expect(readChanges(newborn, withChanges(changes), nowMs)).toEqual(expected);
  });

  it('readChanges reports no change for a patient whose sex is not recorded', () => {
    const { sex: _, ...without } = newborn;
    expect(readChanges(without, draftOf(without), nowMs)).toEqual({ ok: false, message: 'Nothing was changed.' });
  });
});

it('readChanges accepts a corrected name although the stored date of birth is wrong', () => {
  const wrong = { ...newborn, birthDate: '2050-01-01' };
  const read = readChanges(wrong, { ...draftOf(wrong), givenName: 'Eve' }, nowMs);
  expect(read).toEqual({ ok: true, changes: { givenName: 'Eve' } });
});

it('contradictionTexts names each field in which the typed data contradict the patient in the bed', () => {
  expect(contradictionTexts(emptyPatientDraft, full)).toEqual([]);
  expect(contradictionTexts({ ...emptyPatientDraft, patientId: ' P7 ' }, full)).toEqual([]);
  expect(contradictionTexts({ ...draftOf(full), patientId: 'OTHER' }, { ...full, givenName: '' })).toEqual([
    'patient id: you entered OTHER, in this bed is P7',
    'given name: you entered Ada, in this bed is none',
  ]);
});

it('changeText says who changed what', () => {
  const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;
  const fields = [
    { field: 'familyName', from: 'Made', to: 'First' },
    { field: 'birthDate', from: null, to: '2026-01-01' },
  ];
  const change = { version: 2, associationId: 'assoc-01', at: '2026-01-01T10:00:00.000Z', by, fields } as const;
  expect(changeText({ ...change, act: 'corrected', fields: [...fields] })).toBe(
    'Nora corrected the patient: family name Made → First, date of birth not known → 2026-01-01',
  );
  expect(changeText({ ...change, act: 'ended', fields: [] })).toBe('Nora removed the device');
});

it('changeText has German words for absent values, the sex and the category on a German page', () => {
  const reset = setTexts(
    () => 'de',
    () => german,
  );
  const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;
  const fields = [
    { field: 'sex', from: null, to: 'female' },
    { field: 'category', from: 'adult', to: 'neonatal' },
    { field: 'familyName', from: 'male', to: 'other' },
  ];
  const change = { version: 2, associationId: 'assoc-01', at: '2026-01-01T10:00:00.000Z', by, fields } as const;
  const text = changeText({ ...change, act: 'corrected', fields: [...fields] });
  expect(text).toContain('nicht bekannt → weiblich');
  expect(text).toContain('Erwachsene → Neugeborene');
  expect(text).toContain('male → other');
  reset();
});
