/**
 * Tests the answers to readings whose patient is not clear: while the gateway keeps such readings, and when there is no
 * more space.
 */
import pino from 'pino';
import { expect, it } from 'vitest';
import type { GatewayNotice } from '../contracts/bed-notices.ts';
import { formatInstant } from '../contracts/time.ts';
import type { Period } from './core/associations.ts';
import { createCounters } from './counters.ts';
import { createIngest } from './ingest.ts';
import type { Outcome } from './listener/sink.ts';
import { createMeasures } from './measures.ts';
import { createRejections } from './rejections.ts';
import type { Unsealed } from './sealing.ts';
import { createSource } from './source.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const log = pino({ level: 'silent' });

/** Makes a bed whose patient changed a second ago, and a device whose clock is not known. */
function openIngest(apartBytesPerDay: number) {
  const periods: Period[] = [
    { associationId: 'first', stampMs: t0 - 3_600_000, fromMs: t0 - 3_600_000, toMs: t0, ward: 'icu' },
    { associationId: 'second', stampMs: t0, fromMs: t0, toMs: Number.POSITIVE_INFINITY, ward: 'icu' },
  ];
  const records: Unsealed[] = [];
  const kafka = { isAway: false };
  const counters = createCounters();
  const measures = createMeasures();
  const append = (record: Unsealed, settle: (error?: unknown) => void) => {
    if (!kafka.isAway) records.push(record);
    settle(kafka.isAway ? new Error('Kafka is away') : undefined);
  };
  const limits = { deviceBytesPerDay: apartBytesPerDay, allBytesPerDay: 10 * apartBytesPerDay };
  const rejections = createRejections({
    append,
    boot: 'boot',
    limits: { refused: { deviceBytesPerDay: 0, allBytesPerDay: 0 }, apart: limits },
    counters,
    log,
    monotonicMs: () => 0,
  });
  const notices: GatewayNotice[] = [];
  const publish = createIngest({
    append,
    rejections,
    tables: { periodsOf: () => periods, serves: () => true },
    bounds: { aheadMaxMs: 300_000, lateMaxMs: 86_400_000 },
    attribution: 'by-clock',
    onUnattributed: () => notices.push('unattributed'),
    counters,
    measures,
    log,
  });
  const source = createSource('a2V5', 'bed-07', 'connection');
  let seq = 0;
  const send = (topic: string, body: object): Outcome | undefined => {
    let outcome: Outcome | undefined;
    seq += 1;
    const reading = JSON.stringify({ boot: 'b', seq, time: formatInstant(t0 - 60_000), ...body });
    const message = {
      source,
      topic: `devices/bed-07/${topic}`,
      payload: Buffer.from(reading),
      receivedAtMs: t0 + 1000,
    };
    publish(message, (result) => {
      outcome = result;
    });
    return outcome;
  };
  const topics = () => records.map(({ topic }) => topic);
  return { send, topics, notices, counters, measures, kafka, rejections };
}

const values = { values: [{ code: 'MDC_ECG_HEART_RATE', value: 80, unit: '/min' }] };

it('the gateway acknowledges a reading that is kept apart, with the reason', () => {
  const { send, topics, notices } = openIngest(1_000_000);
  expect(send('observations', values)).toMatchObject({
    kind: 'appended',
    reasonString: expect.stringMatching(/kept apart/),
  });
  expect({ topics: topics(), notices }).toEqual({ topics: ['rejected'], notices: ['unattributed'] });
});

it('if there is no space, the gateway refuses an unclear reading with “quota exceeded” and advice, and the bed gets a notice', () => {
  const { send, topics, notices, counters, measures } = openIngest(0);
  expect(send('observations', values)).toEqual({
    kind: 'refused',
    code: 0x97,
    reasonString:
      'The reading is not kept: it is not clear which patient it belongs to, and the space for such readings is full. Set the clock, send a birth message with its time, and send the reading again later.',
  });
  expect({ topics: topics(), notices }).toEqual({ topics: [], notices: ['unattributed'] });
  expect(counters).toMatchObject({ unattributed: 0, unattributedNotKept: 1, rejected: 1, appended: 0 });
  expect(measures.readings.observations).toMatchObject({ rejected: 1, appended: 0, failed: 0 });
  expect(Object.fromEntries(measures.rejections)).toEqual({ 'apart-budget-spent': 1 });
});

it('the gateway accepts statuses and lists of alarms even if there is no space for unclear readings', () => {
  const { send, topics } = openIngest(0);
  expect(send('status', { online: true })).toEqual({ kind: 'appended' });
  expect(send('alerts', { alerts: [] })).toEqual({ kind: 'appended' });
  expect(topics()).not.toContain('rejected');
});

it('the gateway does not acknowledge an unclear reading that could not be written to Kafka, so that the device sends it again', () => {
  const { send, kafka, notices } = openIngest(1_000_000);
  kafka.isAway = true;
  expect(send('observations', values)).toEqual({ kind: 'failed' });
  expect(notices).toEqual([]);
});
