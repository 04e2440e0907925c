import { describe, expect, it } from 'vitest';
import { readAssociation } from './association-input.ts';

const full = {
  ward: ' ICU ',
  bed: '3',
  patientId: 'P7',
  familyName: 'Example',
  givenName: 'Ada',
  birthDate: '1990-02-28',
  sex: 'female',
  category: 'adult',
};
const read = (changes: Partial<typeof full>, mayAdmit = true) => {
  const fields: Record<string, string> = { ...full, ...changes };
  return readAssociation((name) => fields[name] ?? '', 4, mayAdmit);
};

describe('a device’s new bed as typed', () => {
  it('is read whole', () => {
    const { ward: _ward, bed: _bed, ...patient } = full;
    expect(read({})).toEqual({ ok: true, body: { ward: 'ICU', bed: '3', version: 4, patient } });
  });

  it.each([
    ['who may not admit', {}, false],
    ['nothing of a patient', { patientId: '', familyName: '', givenName: '', birthDate: '' }, true],
  ] as const)('has no patient: %s', (_name, changes, mayAdmit) => {
    expect(read(changes, mayAdmit)).toEqual({ ok: true, body: { ward: 'ICU', bed: '3', patient: null, version: 4 } });
  });

  it.each([
    [{ ward: ' ' }, 'Enter the ward.'],
    [{ bed: '' }, 'Enter the bed.'],
    [{ patientId: '' }, 'Enter the patient id.'],
    [{ familyName: '' }, 'Enter the family name.'],
    [{ birthDate: '28.2.1990' }, 'Write the date of birth as YYYY-MM-DD.'],
    [{ birthDate: '1990-02-30' }, 'Write the date of birth as YYYY-MM-DD.'],
    [{ category: 'other' }, 'Choose a category: limits depend on it.'],
  ])('%o is refused: %s', (changes, message) => {
    expect(read(changes)).toEqual({ ok: false, message });
  });
});
