import { describe, expect, it } from 'vitest';
import type { AssociationPeriod, DeviceAssociations } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { bedFor, foldAssociations } from './beds.ts';
import { emptyState } from './state.ts';
import { waveSubject } from './wave-subject.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const deviceId = 'device-1';
const patient = { patientId: 'P-1', familyName: 'Okapi', givenName: '', category: 'adult' } as const;
const viewerOf = (ward: string) => ({ userId: 'nora', name: 'Nora', role: 'nurse', wards: [ward] }) as const;

function periodOf(fields: Partial<AssociationPeriod>): AssociationPeriod {
  return { associationId: 'assoc-01', patient, ward: 'icu', bed: '1', from: formatInstant(t0), to: null, ...fields };
}

function stateOf(...tables: DeviceAssociations[]) {
  const state = emptyState();
  state.nowMs = t0 + 3_600_000;
  for (const table of tables) foldAssociations(state, table);
  return state;
}

const look = (state: ReturnType<typeof stateOf>, ward: string, id: string, atMs = 30 * 60_000) => {
  const answer = waveSubject(state, viewerOf(ward), id, { fromMs: t0 + atMs, toMs: t0 + atMs + 60_000 });
  if (answer === undefined) return 'unknown';
  if (answer.isHidden) return 'hidden';
  const { fromMs, toMs, patient: shown, bed } = answer.subject;
  return `${shown?.familyName ?? 'nobody'} ${bed ?? 'no bed'} ${fromMs - t0} to ${toMs === null ? 'now' : toMs - t0}`;
};

describe('whose waves a person may see', () => {
  const former = periodOf({ to: formatInstant(t0 + 1_800_000) });
  const present = periodOf({
    ...{ associationId: 'assoc-02', from: formatInstant(t0 + 1_900_000) },
    patient: { ...patient, patientId: 'P-2', familyName: 'Tapir' },
  });
  const by = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
  const changeAt = (version: number, associationId: string, act: 'assigned' | 'ended', atMs: number) => {
    return { version, associationId, act, at: formatInstant(t0 + atMs), by, fields: [] };
  };
  const changes = [
    changeAt(1, 'assoc-01', 'assigned', 0),
    changeAt(2, 'assoc-01', 'ended', 1_800_000),
    changeAt(3, 'assoc-02', 'assigned', 1_900_000),
  ];
  const state = stateOf({ deviceId, version: 3, periods: [former, present], changes });

  it('waveSubject returns the patient and the time of the requested stay, also after the end of the stay', () => {
    expect(look(state, 'icu', 'assoc-01')).toBe('Okapi 1 0 to 1800000');
    expect(look(state, 'icu', 'assoc-02')).toBe('Tapir 1 1900000 to now');
  });

  it('waveSubject hides both stays from a person of another ward, and returns undefined for an unknown stay', () => {
    expect(look(state, 'step-down', 'assoc-01')).toBe('hidden');
    expect(look(state, 'step-down', 'assoc-02')).toBe('hidden');
    expect(look(state, 'icu', 'assoc-99')).toBe('unknown');
  });

  it('if a stay moved and has ended, only the ward where it was at the requested time sees its waves', () => {
    const fields = [{ field: 'ward', from: 'icu', to: 'step-down' }];
    const at = formatInstant(t0 + 1_200_000);
    const table: DeviceAssociations = {
      ...{ deviceId, version: 3 },
      periods: [periodOf({ ward: 'step-down', to: formatInstant(t0 + 1_800_000) })],
      changes: [
        { version: 2, associationId: 'assoc-01', act: 'moved', at, by, fields },
        { version: 3, associationId: 'assoc-01', act: 'ended', at: formatInstant(t0 + 1_800_000), by, fields: [] },
      ],
    };
    const moved = stateOf(table);
    expect(look(moved, 'icu', 'assoc-01', 600_000)).not.toBe('hidden');
    expect(look(moved, 'icu', 'assoc-01', 1_500_000)).toBe('hidden');
    expect(look(moved, 'step-down', 'assoc-01', 1_500_000)).not.toBe('hidden');
    expect(look(moved, 'step-down', 'assoc-01', 600_000)).toBe('hidden');
  });

  it('only an account that may see every ward sees an ended stay whose ward at that time is not known', () => {
    const unknown = stateOf({ deviceId, version: 2, periods: [former] });
    expect(look(unknown, 'icu', 'assoc-01')).toBe('hidden');
    expect(look(unknown, '*', 'assoc-01')).toBe('Okapi 1 0 to 1800000');
  });

  it('a device without a bed shows only the time since it came into its tray', () => {
    const ended = stateOf({ deviceId, version: 2, periods: [former] });
    bedFor(ended, 'u-device-1', deviceId);
    expect(look(ended, 'icu', 'u-device-1')).toBe('nobody no bed 1800000 to now');
    expect(look(ended, 'step-down', 'u-device-1')).toBe('hidden');
  });
});
