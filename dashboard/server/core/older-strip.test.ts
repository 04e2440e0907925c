import { describe, expect, it } from 'vitest';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { AssociationChange, AssociationPeriod, DeviceAssociations } from '../../../contracts/messages/records.ts';
import type { Strip } from '../../../contracts/messages/strips.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { olderStrip } from './older-strip.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const at = (ms: number) => formatInstant(t0 + ms);
const by = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
const patient = { patientId: 'P-1', familyName: 'Okapi\u202e', givenName: 'Ö', category: 'adult' } as const;
const period: AssociationPeriod = {
  ...{ associationId: 'association-1', patient, ward: 'sd', bed: '2', from: at(0), to: at(90_000) },
};
const moved: AssociationChange = {
  ...{ version: 2, associationId: 'association-1', act: 'moved', at: at(20_000), by },
  fields: [
    { field: 'ward', from: 'icu', to: 'sd' },
    { field: 'bed', from: '1', to: '2' },
  ],
};
const table: DeviceAssociations = { deviceId: 'bed-01', version: 2, periods: [period], changes: [moved] };
const tables = new Map([['bed-01', table]]);
const viewer = (...wards: string[]) => ({ userId: 'nora', name: 'Nora', role: 'nurse', wards }) as never;

function stripAt(ms: number, more: Partial<Strip> = {}): Strip {
  const alarm = newAlarm(at(ms + 5_000), {
    ...{ alarmId: 'alarm-0123456789abcdef', associationId: 'association-1', deviceId: 'bed-01', text: 'HR 151\u0007' },
  });
  return {
    ...{ stripId: `${alarm.alarmId}.1`, rev: 1, associationId: 'association-1', deviceId: 'bed-01', onset: 1 },
    ...{ alarmId: alarm.alarmId, onsetAt: at(ms), onsetWallAt: at(ms), writtenAt: at(ms), content: 'no-waves' },
    ...{ isComplete: false, alarm, numerics: [], chunks: [], digest: 'A'.repeat(43) },
    ...more,
  };
}

describe('a strip whose alarm the alarm history no longer has', () => {
  it.each([
    ['the ward of the onset sees it', 10_000, ['icu'], false],
    ['a ward to which the patient moved later does not see it', 10_000, ['sd'], true],
    ['the ward after the move sees an onset after the move', 30_000, ['sd'], false],
    ['the ward before the move does not see an onset after the move', 30_000, ['icu'], true],
    ['an account that may see every ward sees it', 10_000, ['*'], false],
    ['an account without a ward does not see it', 10_000, [], true],
  ] as const)('%s', (_what, ms, wards, isHidden) => {
    expect(olderStrip(stripAt(ms), tables, viewer(...wards)).isHidden).toBe(isHidden);
  });

  it('if no place of a strip is known, only an account that may see every ward sees the strip', () => {
    const hiddenFrom = (...wards: string[]) => olderStrip(stripAt(10_000), new Map(), viewer(...wards)).isHidden;
    expect([hiddenFrom('icu'), hiddenFrom('icu', 'sd'), hiddenFrom('*')]).toEqual([true, true, false]);
  });

  it('the row leaves out wards that the viewer may not see; `owner`, for the audit trail, leaves out nothing', () => {
    const { row, owner } = olderStrip(stripAt(10_000), tables, viewer('sd'));
    expect(row.places).toEqual([]);
    expect(owner).toEqual({ associationId: 'association-1', ward: 'icu', bed: '1', patientId: 'P-1' });
  });

  it('the texts of the row show control characters, and characters that change the direction of writing, as escapes', () => {
    const { row } = olderStrip(stripAt(10_000), tables, viewer('icu'));
    expect([row.text, row.patient?.familyName]).toEqual(['HR 151\\u{7}', 'Okapi\\u{202e}']);
  });

  it('an alarm of the device itself has the mark Monitor', () => {
    const strip = stripAt(10_000);
    const own = { ...strip, alarm: { ...strip.alarm, text: 'RR 180 > 160', origin: 'device' as const } };
    expect(olderStrip(own, tables, viewer('icu')).row.text).toBe('Monitor: RR 180 > 160');
  });

  it('the place of a late alarm is the place at its earlier time', () => {
    const strip = stripAt(30_000, { onsetAt: at(10_000) });
    const late = { ...strip, alarm: { ...strip.alarm, late: true } };
    expect(olderStrip(late, tables, viewer('icu')).isHidden).toBe(false);
    expect(olderStrip(strip, tables, viewer('icu')).isHidden).toBe(true);
  });
});
