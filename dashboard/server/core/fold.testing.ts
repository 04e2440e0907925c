/** Creates made-up records for tests of the fold functions. */

import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import type { AssociationPeriod, DeviceAssociations, ObservationRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Viewer } from './rights.ts';

export const t0 = Date.UTC(2026, 0, 1, 12);

export const nurse: Viewer = { userId: 'n', name: 'N', role: 'nurse', wards: ['icu'] };
export const everywhere: Viewer = { userId: 'p', name: 'P', role: 'physician', wards: ['*'] };
export const technician: Viewer = { userId: 't', name: 'T', role: 'technician', wards: ['icu'] };
export const auditor: Viewer = { userId: 'a', name: 'A', role: 'auditor', wards: ['*'] };

export function period(
  associationId: string,
  ward = 'icu',
  fields: Partial<AssociationPeriod> = {},
): AssociationPeriod {
  return {
    associationId,
    patient: { patientId: `P-${associationId}`, familyName: 'Made', givenName: 'Up', category: 'adult' },
    ward,
    bed: '1',
    from: formatInstant(t0 - 3_600_000),
    to: null,
    ...fields,
  };
}

export function table(deviceId: string, version: number, ...periods: AssociationPeriod[]): DeviceAssociations {
  return { deviceId, version, periods };
}

export function hr(value: number, fields: Partial<NumericValue> = {}): NumericValue {
  return { code: 'MDC_ECG_HEART_RATE', value, unit: '/min', ...fields };
}

export function observation(
  deviceId: string,
  atMs: number,
  values: NumericValue[],
  receivedMs = atMs,
): ObservationRecord {
  return { deviceId, receivedAt: formatInstant(receivedMs), reading: { time: formatInstant(atMs), values } };
}

export function alarm(alarmId: string, associationId: string, rev: number, fields: Partial<Alarm> = {}): Alarm {
  const at = formatInstant(t0);
  return newAlarm(at, {
    alarmId,
    rev,
    associationId,
    deviceId: 'd1',
    priority: 'medium',
    text: `HR rev ${rev}`,
    ...fields,
  });
}
