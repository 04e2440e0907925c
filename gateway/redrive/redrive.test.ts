/** Tests to which patient a rejected message is attributed when a person redrives it. */

import pino from 'pino';
import { expect, it } from 'vitest';
import { minuteMs } from '../../contracts/durations.ts';
import type { RedriveRequest } from '../../contracts/messages/redrive.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Period } from '../core/associations.ts';
import type { Unsealed } from '../sealing.ts';
import { createRedrive } from './redrive.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const period = (associationId: string, fromMs: number, toMs: number): Period => ({
  associationId,
  stampMs: fromMs,
  fromMs,
  toMs,
  ward: 'icu',
});
const periods = [
  period('first', t0 - 60 * minuteMs, t0),
  period('second', t0, t0 + 60 * minuteMs),
  period('third', t0 + 60 * minuteMs, Number.POSITIVE_INFINITY),
];

function redriveReading(code: string, associationId?: string) {
  const writtenRecords: Unsealed[] = [];
  const redrive = createRedrive({
    append(unsealed, settle) {
      writtenRecords.push(unsealed);
      settle();
    },
    tables: { periodsOf: () => periods, serves: () => true },
    pseudonymKey: 'a2V5',
    bounds: { aheadMaxMs: 5 * minuteMs, lateMaxMs: 86_400_000 },
    log: pino({ level: 'silent' }),
  });
  // The reading states a time one minute before the change of the patient, and came two minutes after the change.
  const values = [{ code: 'MDC_ECG_HEART_RATE', value: 80, unit: '/min' }];
  const payload = JSON.stringify({ boot: 'b', seq: 7, time: formatInstant(t0 - minuteMs), values });
  const request: RedriveRequest = {
    ...{ id: '0:1', boot: 'g', seq: 1 },
    record: {
      deviceId: 'bed-07',
      receivedAt: formatInstant(t0 + 2 * minuteMs),
      topic: 'devices/bed-07/observations',
      ...{ code: code as RedriveRequest['record']['code'], detail: 'd' },
      payload: Buffer.from(payload).toString('base64'),
    },
    ...(associationId !== undefined && { associationId }),
  };
  return redrive(request).then((result) => ({ ...result, keys: writtenRecords.map(({ key }) => key) }));
}

it('a redrive attributes a reading to the patient at its own time if the reading was not rejected as unclear', async () => {
  expect(await redriveReading('time-invalid')).toMatchObject({ outcome: 'appended', keys: ['first'] });
});

it('a redrive refuses an unclear reading without an association, and names the associations of the device', async () => {
  const { outcome, words, keys } = await redriveReading('association-unclear');
  expect({ outcome, keys }).toEqual({ outcome: 'invalid', keys: [] });
  expect(words).toMatch(/--association.*first \(icu, 2026-01-01T11:00:00.*second \(icu/);
  expect(words).not.toMatch(/third/);
});

it.each(['first', 'second'])(
  'a redrive attributes an unclear reading to the association that the person names: %s',
  async (associationId) => {
    expect(await redriveReading('association-unclear', associationId)).toMatchObject({
      outcome: 'appended',
      keys: [associationId],
    });
  },
);

it.each([
  ['of another device', 'stranger'],
  ['that began after the reading came', 'third'],
])('a redrive refuses an association %s', async (_, associationId) => {
  expect(await redriveReading('association-unclear', associationId)).toMatchObject({ outcome: 'invalid', keys: [] });
});
