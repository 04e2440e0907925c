/** Functions that make alarms, numerics, beds and snapshots for the tests of this folder. */

import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import type { Snapshot } from '../../protocol/live.ts';
import type { Bed, Numeric } from '../../protocol/rest.ts';

export function alarm(alarmId: string, changes: Partial<Alarm> = {}): Alarm {
  return newAlarm('2026-01-01T10:00:00.000Z', {
    alarmId,
    associationId: 'assoc-01',
    deviceId: 'bed-01',
    priority: 'medium',
    code: 'MDC_ECG_HEART_RATE',
    text: 'HR 134 > 120',
    value: 134,
    limit: 120,
    unit: '/min',
    raisedAt: '2026-01-01T10:00:00.200Z',
    ...changes,
  });
}

export function numeric(code: string, value: number | undefined, changes: Partial<Numeric> = {}): Numeric {
  return {
    code,
    ...(value === undefined ? {} : { value }),
    unit: '/min',
    time: '2026-01-01T10:00:00.000Z',
    receivedAt: '2026-01-01T10:00:00.050Z',
    intervalMs: 1000,
    ...changes,
  };
}

export function bed(associationId: string, changes: Partial<Bed> = {}): Bed {
  return {
    associationId,
    ward: 'ICU',
    bed: '1',
    occupied: true,
    patient: { patientId: 'P1', familyName: 'Example', givenName: 'Ada', category: 'adult' },
    since: '2026-01-01T08:00:00.000Z',
    device: { deviceId: 'bed-01', online: true, onlineChangedAt: null, conditions: [] },
    waves: [],
    notices: [],
    limits: newLimits(associationId),
    standby: null,
    scores: null,
    values: [],
    ...changes,
  };
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    stream: 's1',
    n: 10,
    at: '2026-01-01T10:00:00.000Z',
    beds: [],
    alarms: [],
    answers: [],
    health: { kafka: 'ok', alarms: 'ok', kafkaAt: null, alarmsAt: null },
    ...changes,
  };
}
