import { describe, expect, it } from 'vitest';
import { findBeds, foundMax } from './bed-search.ts';
import { bed } from './fixtures.ts';

const patient = (familyName: string, givenName = 'Ada', patientId = 'P-1') =>
  ({ patientId, familyName, givenName, category: 'adult' }) as const;
const beds = [
  bed('a', { ward: 'ICU', bed: 'U-2', patient: patient('Müller') }),
  bed('b', { ward: 'ICU', bed: 'U-12', patient: patient('O’Hara', 'Uwe', 'MRN-77') }),
  bed('c', { ward: 'HDU', bed: 'H-2', patient: patient('Heron') }),
  bed('d', { ward: 'HDU', bed: 'H-3', patient: null }),
  bed('tray', { ward: null, bed: null, patient: patient('Müller') }),
];
const idsFor = (text: string) => findBeds(beds, text).beds.map(({ associationId }) => associationId);

describe('findBeds', () => {
  it.each([
    ['the whole name of a bed', 'u-2', ['a']],
    ['a part of the name of a bed', 'U', ['a', 'b']],
    ['the number of a bed in two wards', '2', ['c', 'a']],
    ['a name without its accent', 'muller', ['a']],
    ['a name with a decomposed accent', 'mu\u0308l', ['a']],
    ['a given name', 'uwe', ['b']],
    ['two names in any order', 'uwe hara', ['b']],
    ['an id of a patient', 'mrn-77', ['b']],
    ['a ward', 'hdu', ['c', 'd']],
    ['a ward and a bed', 'hdu 3', ['d']],
    ['beds, and then a patient whose name begins with the same letter', 'h', ['c', 'd', 'b']],
    ['a text in the middle of a word', 'ron', []],
    ['no text', '', []],
    ['only spaces and signs', ' -', []],
    ['a text that no bed has', 'zebra', []],
  ])('%s finds its beds; the bed that fits best comes first', (_, text, ids) => {
    expect(idsFor(text)).toEqual(ids);
  });

  it.each([
    [foundMax, 0],
    [foundMax + 1, 1],
  ])('if %d beds match, the result names %d further beds only by their number', (count, more) => {
    const many = Array.from({ length: count }, (__, at) => bed(`x${at}`, { bed: `U-${at + 1}` }));
    const found = findBeds(many, 'u');
    expect(found.more).toBe(more);
    expect(found.beds.map(({ bed: name }) => name)).toEqual(many.slice(0, foundMax).map(({ bed: name }) => name));
  });
});
