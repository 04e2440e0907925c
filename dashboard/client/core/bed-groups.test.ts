import { describe, expect, it } from 'vitest';
import type { Bed } from '../../protocol/rest.ts';
import { groupBeds } from './bed-groups.ts';
import { bed } from './fixtures.ts';

const at = (id: string, changes: Partial<Bed> = {}) =>
  bed(id, { device: { deviceId: id, online: true, onlineChangedAt: null, conditions: [] }, ...changes });
const other = { patientId: 'P2', familyName: 'Other', givenName: '', category: 'adult' } as const;
const empty = { occupied: false, patient: null };
const since = (minute: number) => ({ since: `2026-01-01T08:${String(minute).padStart(2, '0')}:00.000Z` });
const tiles = (...beds: Bed[]) =>
  groupBeds(beds).groups.map((group) => [group.bed, ...group.companions].map((bed) => bed.associationId).join('+'));

describe('one bed is one tile', () => {
  it.each<[string, Bed[], string[]]>([
    ['two beds', [at('a'), at('b', { bed: '2' })], ['a', 'b']],
    ['the same bed name in two wards', [at('a'), at('b', { ward: 'ED' })], ['a', 'b']],
    ['two devices of one patient', [at('a', since(5)), at('b', since(1))], ['b+a']],
    ['three devices of one patient', [at('a', since(5)), at('b', since(1)), at('c', since(2))], ['b+c+a']],
    ['a device without a patient beside the patient', [at('a', { ...empty, ...since(1) }), at('b', since(5))], ['b+a']],
    [
      'two devices without a patient',
      [at('a', { ...empty, ...since(5) }), at('b', { ...empty, ...since(1) })],
      ['b+a'],
    ],
    [
      'what a technician sees of two devices of one patient',
      [at('b', { patient: null }), at('a', { patient: null })],
      ['a+b'],
    ],
    ['two patients, by mistake', [at('a', since(1)), at('b', { patient: other, ...since(2) })], ['a', 'b']],
  ])('%s', (_, beds, expected) => {
    expect(tiles(...beds)).toEqual(expected);
  });

  it('names a bed in which two patients are recorded', () => {
    expect(groupBeds([at('a'), at('b', { patient: other })]).doubled).toEqual([{ ward: 'ICU', bed: '1' }]);
    expect(groupBeds([at('a'), at('b')]).doubled).toEqual([]);
  });

  it('has no tile for a device without a bed: it stands in the tray, the one that is longest there first', () => {
    const loose = { ward: null, bed: null, ...empty };
    const grouped = groupBeds([at('a', { ...loose, ...since(5) }), at('b'), at('c', { ...loose, ...since(1) })]);
    expect(grouped.groups.map((group) => group.bed.associationId)).toEqual(['b']);
    expect(grouped.tray.map((bed) => bed.associationId)).toEqual(['c', 'a']);
  });
});
