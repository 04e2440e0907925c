import { describe, expect, it } from 'vitest';
import { createPlacesOf } from '../../contracts/alarm-places.ts';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import { formatInstant } from '../../contracts/time.ts';
import { matchedStrip, type StripsQuestion } from './list-strips.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const at = (ms: number) => formatInstant(t0 + ms);
const patient = { patientId: 'P-1', familyName: 'Okapi', givenName: 'Ö', category: 'adult' } as const;
/** A patient who was moved from bed 1 of icu to bed 2 of sd after 20 s. */
const table: DeviceAssociations = {
  ...{ deviceId: 'bed-01', version: 2 },
  periods: [{ associationId: 'association-1', patient, ward: 'sd', bed: '2', from: at(0), to: null }],
  changes: [
    {
      ...{ version: 2, associationId: 'association-1', act: 'moved', at: at(20_000) },
      by: { userId: 'nora', name: 'Nora', role: 'nurse' },
      fields: [
        { field: 'ward', from: 'icu', to: 'sd' },
        { field: 'bed', from: '1', to: '2' },
      ],
    },
  ],
};

function stripAt(ms: number, deviceId = 'bed-01'): Strip {
  const alarm = newAlarm(at(ms), { alarmId: 'alarm-0123456789abcdef', associationId: 'association-1', deviceId });
  return {
    ...{ stripId: `${alarm.alarmId}.1`, rev: 1, associationId: 'association-1', deviceId, onset: 1 },
    ...{ alarmId: alarm.alarmId, onsetAt: at(ms), onsetWallAt: at(ms), writtenAt: at(ms), content: 'no-waves' },
    ...{ isComplete: false, alarm, numerics: [], chunks: [], digest: 'A'.repeat(43) },
  };
}

const day = { fromMs: t0, toMs: t0 + 86_400_000 };
const matched = (strip: Strip, wards: readonly string[], question: Partial<StripsQuestion>) => {
  const sees = (ward: string | null) => wards.includes('*') || (ward !== null && wards.includes(ward));
  const tables = new Map([['bed-01', table]]);
  return matchedStrip(strip, createPlacesOf(tables), { ...day, ...question }, sees);
};

describe('the strips of a bed or a patient', () => {
  it.each([
    ['the bed at the onset', stripAt(10_000), ['icu'], { bed: '1' }, true],
    [
      'the bed to which the patient came later is not the bed of the onset',
      stripAt(10_000),
      ['*'],
      { bed: '2' },
      false,
    ],
    ['after the move, the new bed', stripAt(30_000), ['sd'], { bed: '2', ward: 'sd' }, true],
    ['the bed of another ward with the same name', stripAt(10_000), ['icu', 'sd'], { bed: '1', ward: 'sd' }, false],
    ['the ward of the onset is not of the person', stripAt(10_000), ['sd'], { patientId: 'P-1' }, false],
    ['a later ward of the person shows an onset there', stripAt(30_000), ['sd'], { patientId: 'P-1' }, true],
    ['another patient', stripAt(10_000), ['*'], { patientId: 'P-2' }, false],
    ['the first instant of the time', stripAt(10_000), ['*'], { bed: '1', fromMs: t0 + 10_000 }, true],
    ['just before the time', stripAt(10_000), ['*'], { bed: '1', fromMs: t0 + 10_001 }, false],
    ['the end of the time is excluded', stripAt(10_000), ['*'], { bed: '1', toMs: t0 + 10_000 }, false],
    ['an unknown place matches no bed', stripAt(10_000, 'unknown'), ['*'], { bed: '1' }, false],
    ['an unknown place is for accounts of all wards', stripAt(10_000, 'unknown'), ['*'], {}, true],
    ['an unknown place is hidden from all others', stripAt(10_000, 'unknown'), ['icu', 'sd'], {}, false],
  ] as const)('matchedStrip decides by the places and the time: %s', (_what, strip, wards, question, isMatched) => {
    expect(matched(strip, wards, question) !== undefined).toBe(isMatched);
  });

  it('the list has only places of the person, and no samples', () => {
    const listed = matched(stripAt(30_000), ['sd'], { bed: '2' })!;
    expect(listed.places).toEqual([{ ward: 'sd', bed: '2' }]);
    expect(Object.keys(listed)).not.toContain('chunks');
  });
});
