import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import type { DeviceAssociations } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { bedDays } from './bed-days.ts';

const t0 = Date.parse('2026-01-01T00:00:00.000Z');
const at = (hour: number) => formatInstant(t0 + hour * hourMs);
const day = { fromMs: t0, toMs: t0 + 24 * hourMs };
const everywhere = () => true;
const nora = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;

/** Returns the table of a device at one bed from one hour to another. If `to` is null, the device is still there. */
function tableOf(
  deviceId: string,
  bed: string,
  from: number,
  to: number | null,
  patientId = 'P-1',
): DeviceAssociations {
  const patient = { patientId, familyName: 'F', givenName: '', category: 'adult' } as const;
  const end = to === null ? null : at(to);
  return {
    deviceId,
    version: 1,
    periods: [{ associationId: `assoc-${deviceId}`, patient, ward: 'icu', bed, from: at(from), to: end }],
  };
}

const ask = (tables: DeviceAssociations[], more: Partial<Parameters<typeof bedDays>[1]> = {}) =>
  bedDays(tables, { span: day, counts: everywhere, patientId: undefined, ...more });

describe('bedDays', () => {
  it.each([
    ['a bed that is occupied all day', [tableOf('a', '1', -5, null)], 1],
    ['a bed that is occupied for six hours', [tableOf('a', '1', 6, 12)], 0.25],
    ['two beds', [tableOf('a', '1', 6, 12), tableOf('b', '2', 0, 24)], 1.25],
    ['two devices at one bed, which count once', [tableOf('a', '1', 6, 12), tableOf('b', '1', 9, 18)], 0.5],
    [
      'two devices at one bed, the second only while the first is there',
      [tableOf('a', '1', 0, 12), tableOf('b', '1', 3, 6)],
      0.5,
    ],
    [
      'two patients in one bed, one after the other',
      [tableOf('a', '1', 0, 6, 'P-1'), tableOf('b', '1', 12, 18, 'P-2')],
      0.5,
    ],
    ['a stay before the day', [tableOf('a', '1', -9, -1)], 0],
    ['a stay after the day', [tableOf('a', '1', 24, null)], 0],
    ['no bed', [], 0],
  ])('bedDays returns the occupied days of %s', (_, tables, days) => expect(ask(tables)).toBe(days));

  it('bedDays counts only the places that `counts` accepts, and only the patient with `patientId`', () => {
    const tables = [tableOf('a', '1', 0, 24, 'P-1'), tableOf('b', '2', 0, 12, 'P-2')];
    expect(ask(tables, { counts: ({ bed }) => bed === '2' })).toBe(0.5);
    expect(ask(tables, { counts: ({ ward }) => ward === 'sd' })).toBe(0);
    expect(ask(tables, { patientId: 'P-1' })).toBe(1);
  });

  it('a patient who moves counts for each ward with the time that she or he was there', () => {
    const moved: DeviceAssociations = {
      ...tableOf('a', '3', 0, null),
      version: 2,
      changes: [
        {
          ...{ version: 2, associationId: 'assoc-a', act: 'moved', at: at(6), by: nora },
          fields: [{ field: 'ward', from: 'sd', to: 'icu' }],
        },
      ],
    };
    expect(ask([moved], { counts: ({ ward }) => ward === 'sd' })).toBe(0.25);
    expect(ask([moved], { counts: ({ ward }) => ward === 'icu' })).toBe(0.75);
  });

  it('a bed with a device and no patient does not count', () => {
    const [full, empty] = [tableOf('a', '1', 0, 6), tableOf('b', '2', 0, 24)];
    const periods = empty.periods.map((period) => ({ ...period, patient: null }));
    expect(ask([full, { ...empty, periods }])).toBe(0.25);
  });

  it('if the table has lost older changes, the time before its oldest change does not count', () => {
    const lost: DeviceAssociations = {
      ...tableOf('a', '3', 0, null),
      version: 9,
      changes: [
        {
          ...{ version: 9, associationId: 'assoc-a', act: 'moved', at: at(18), by: nora },
          fields: [{ field: 'bed', from: '2', to: '3' }],
        },
      ],
    };
    expect(ask([lost], { counts: ({ bed }) => bed === '3' })).toBe(0.25);
    expect(ask([lost], { counts: ({ bed }) => bed === '2' })).toBe(0);
  });
});
