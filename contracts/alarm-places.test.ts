import { describe, expect, it } from 'vitest';
import { createPlacesOf } from './alarm-places.ts';
import type { AssociationChange, AssociationPeriod, DeviceAssociations } from './messages/records.ts';
import { formatInstant } from './time.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const by = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
const deviceId = 'device-1';
const associationId = 'assoc-01';
const patient = { patientId: 'P-1', familyName: 'Okapi', givenName: '', category: 'adult' } as const;

function periodOf(fields: Partial<AssociationPeriod> = {}): AssociationPeriod {
  return { associationId, patient, ward: 'icu', bed: '1', from: formatInstant(t0), to: null, ...fields };
}

function moveAt(
  atMs: number,
  version: number,
  from: readonly [string, string],
  to: readonly [string, string],
): AssociationChange {
  const fields = (['ward', 'bed'] as const).flatMap((field, index) =>
    from[index] === to[index] ? [] : [{ field, from: from[index]!, to: to[index]! }],
  );
  return { version, associationId, act: 'moved', at: formatInstant(atMs), by, fields };
}

const find = (table: DeviceAssociations, fromMs: number, toMs = fromMs, id = associationId) =>
  createPlacesOf(new Map([[deviceId, table]]))(deviceId, id, { fromMs, toMs }).places.map(
    ({ ward, bed }) => `${ward} ${bed}`,
  );

describe('the places of an alarm', () => {
  // The patient is in icu 1, moves to icu 2 after 10 s, and to the ward sd after 20 s.
  const table: DeviceAssociations = {
    deviceId,
    version: 3,
    periods: [periodOf({ ward: 'sd', bed: '2' })],
    changes: [moveAt(t0 + 10_000, 2, ['icu', '1'], ['icu', '2']), moveAt(t0 + 20_000, 3, ['icu', '2'], ['sd', '2'])],
  };

  it.each([
    ['that ended before the moves', 0, 9_999, ['icu 1']],
    ['at the time of the first move', 10_000, 10_000, ['icu 2']],
    ['that lasted over the first move', 9_999, 10_000, ['icu 1', 'icu 2']],
    ['just before the second move', 19_999, 19_999, ['icu 2']],
    ['after the second move', 20_000, 99_000, ['sd 2']],
    ['that lasted over both moves', 0, 99_000, ['icu 1', 'icu 2', 'sd 2']],
  ])('an alarm %s has the places of that time', (_, fromMs, toMs, places) => {
    expect(find(table, t0 + fromMs, t0 + toMs)).toEqual(places);
  });

  it('if a clock was set back, and a move has a later time than the next move, the move counts from the time of the next move', () => {
    const setBack = {
      ...table,
      changes: [{ ...table.changes![0]!, at: formatInstant(t0 + 90_000) }, table.changes![1]!],
    };
    expect(find(setBack, t0 + 15_000)).toEqual(['icu 1']);
    expect(find(setBack, t0 + 20_000, t0 + 99_000)).toEqual(['sd 2']);
  });

  it('a correction of the patient is not a move, and moves of other associations do not change the place', () => {
    const other = { ...table.changes![0]!, associationId: 'assoc-02' };
    const corrected: AssociationChange = {
      ...other,
      version: 3,
      associationId,
      act: 'corrected',
      fields: [{ field: 'familyName', from: 'A', to: 'B' }],
    };
    expect(find({ ...table, changes: [other, corrected] }, t0)).toEqual(['sd 2']);
  });

  describe('before a change that the table does not have, the place is not known', () => {
    const assigned = { ...moveAt(t0, 1, ['', ''], ['icu', '1']), act: 'assigned' } as const;
    const move = moveAt(t0 + 10_000, 2, ['icu', '1'], ['sd', '1']);
    const corrections = Array.from({ length: 64 }, (_, index) => ({
      ...moveAt(t0 + 20_000 + index, 3 + index, ['', ''], ['', '']),
      act: 'corrected' as const,
    }));
    const periods = [periodOf({ ward: 'sd' })];
    const tableWith = (changes: AssociationChange[], version = changes.at(-1)!.version) => ({
      ...{ deviceId, version, periods, changes },
    });
    const placesOverTime = (ofTable: DeviceAssociations) =>
      [5_000, 15_000, 20_000, 30_000].map((ms) => find(ofTable, t0 + ms).join());

    it('the place before the oldest change in a table is not known, because a table has only the newest changes', () => {
      const all = [assigned, move, ...corrections];
      expect(placesOverTime(tableWith(all))).toEqual(['icu 1', 'sd 1', 'sd 1', 'sd 1']);
      expect(placesOverTime(tableWith(all.slice(-64)))).toEqual(['', '', 'sd 1', 'sd 1']);
      // An alarm that was still on at the first known place has this place.
      expect(find(tableWith(all.slice(-64)), t0 + 5_000, t0 + 30_000)).toEqual(['sd 1']);
      // If the table has the change that began the association, no older change is necessary.
      expect(
        placesOverTime(
          tableWith([
            { ...assigned, version: 9 },
            { ...move, version: 10 },
          ]),
        ),
      ).toEqual([...['icu 1', 'sd 1', 'sd 1', 'sd 1']]);
    });

    it('if an operator’s tool changed the table, the place before the next recorded change is not known', () => {
      expect(placesOverTime(tableWith([assigned, move, { ...corrections[0]!, version: 4 }]))).toEqual([
        ...['', '', 'sd 1', 'sd 1'],
      ]);
      expect(placesOverTime(tableWith([assigned, move], 3))).toEqual(['', '', '', '']);
    });

    it('if an older release recorded no changes, the place is known only if the table still has version 1', () => {
      expect(placesOverTime({ deviceId, version: 2, periods })).toEqual(['', '', '', '']);
      expect(placesOverTime({ deviceId, version: 1, periods })).toEqual(['sd 1', 'sd 1', 'sd 1', 'sd 1']);
    });
  });

  it('an association that the table no longer has, and an unknown device, have no place', () => {
    expect(find(table, t0, t0, 'assoc-99')).toEqual([]);
    expect(createPlacesOf(new Map())('device-9', associationId, { fromMs: t0, toMs: t0 })).toEqual({
      places: [],
      patient: null,
    });
  });

  it('a device without a bed is in the ward where it was last before the alarm, and in no later ward', () => {
    const ended = (ward: string, toMs: number) =>
      periodOf({ associationId: `a-${ward}`, ward, to: formatInstant(toMs) });
    const loose = { deviceId, version: 4, periods: [ended('icu', t0 + 10_000), ended('sd', t0 + 20_000)] };
    const places = [9_999, 10_000, 19_999, 20_000].map((ms) => find(loose, t0 + ms, t0 + 99_000, 'u-device-1'));
    expect(places).toEqual([[], ['icu null'], ['icu null'], ['sd null']]);
  });
});
