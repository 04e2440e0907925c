import { describe, expect, it } from 'vitest';
import type { Bed } from '../../protocol/rest.ts';
import { groupBeds } from './bed-groups.ts';
import { bed } from './fixtures.ts';

const bedOf = (id: string, changes: Partial<Bed> = {}) =>
  bed(id, { device: { deviceId: id, online: true, onlineChangedAt: null, conditions: [] }, ...changes });
const otherPatient = { patientId: 'P2', familyName: 'Other', givenName: '', category: 'adult' } as const;
const withoutPatient = { occupied: false, patient: null };
const since = (minute: number) => ({ since: `2026-01-01T08:${String(minute).padStart(2, '0')}:00.000Z` });
const tiles = (...beds: Bed[]) =>
  groupBeds(beds).groups.map((group) => [group.bed, ...group.companions].map((bed) => bed.associationId).join('+'));

describe('groupBeds', () => {
  it.each<[string, Bed[], string[]]>([
    ['two beds have two tiles', [bedOf('a'), bedOf('b', { bed: '2' })], ['a', 'b']],
    ['two beds with one name in two wards have two tiles', [bedOf('a'), bedOf('b', { ward: 'ED' })], ['a', 'b']],
    ['two devices of one patient have one tile', [bedOf('a', since(5)), bedOf('b', since(1))], ['b+a']],
    [
      'three devices of one patient have one tile, and the device that came first is large',
      [bedOf('a', since(5)), bedOf('b', since(1)), bedOf('c', since(2))],
      ['b+c+a'],
    ],
    [
      'a device without a patient is a companion of the device with the patient',
      [bedOf('a', { ...withoutPatient, ...since(1) }), bedOf('b', since(5))],
      ['b+a'],
    ],
    [
      'two devices without a patient at one bed have one tile',
      [bedOf('a', { ...withoutPatient, ...since(5) }), bedOf('b', { ...withoutPatient, ...since(1) })],
      ['b+a'],
    ],
    [
      'a technician, who sees no patients, sees two devices at one bed as one tile',
      [bedOf('b', { patient: null }), bedOf('a', { patient: null })],
      ['a+b'],
    ],
    [
      'two patients in one bed have two tiles',
      [bedOf('a', since(1)), bedOf('b', { patient: otherPatient, ...since(2) })],
      ['a', 'b'],
    ],
  ])('%s', (_, beds, expected) => {
    expect(tiles(...beds)).toEqual(expected);
  });

  it('`crowdedBeds` has a bed in which two patients are recorded', () => {
    expect(groupBeds([bedOf('a'), bedOf('b', { patient: otherPatient })]).crowdedBeds).toEqual([
      { ward: 'ICU', bed: '1' },
    ]);
    expect(groupBeds([bedOf('a'), bedOf('b')]).crowdedBeds).toEqual([]);
  });

  it('devices without a bed are in the tray; the device that came first is the first in the list', () => {
    const withoutBed = { ward: null, bed: null, ...withoutPatient };
    const grouped = groupBeds([
      bedOf('a', { ...withoutBed, ...since(5) }),
      bedOf('b'),
      bedOf('c', { ...withoutBed, ...since(1) }),
    ]);
    expect(grouped.groups.map((group) => group.bed.associationId)).toEqual(['b']);
    expect(grouped.tray.map((bed) => bed.associationId)).toEqual(['c', 'a']);
  });
});
