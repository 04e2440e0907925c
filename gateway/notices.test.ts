import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectionRecord } from '../contracts/messages/records.ts';
import { connectionRecord } from './core/records.ts';
import { createCounters } from './counters.ts';
import type { Outcome } from './listener/sink.ts';
import { createNotices, type Notices } from './notices.ts';
import { createSource } from './source.ts';

const claimedSource = (boot: string, claim: number) => Object.assign(createSource('a2V5', 'bed-07', boot), { claim });
const source = claimedSource('conn.1', 10);
const will = { topic: 'devices/bed-07/status', payload: Buffer.from('{"online":false}'), qos: 1, delayMs: 0 } as const;

let notices: Notices;
let isKafkaUp: boolean;
let hasCodeFault: boolean;
/** The records that the notices wrote, as text. */
let writtenRecords: string[];
/** The claim in each of these records. */
let recordClaims: unknown[];
let recordTimes: number[];
const counters = createCounters();

beforeEach(() => {
  vi.useFakeTimers();
  isKafkaUp = true;
  hasCodeFault = false;
  writtenRecords = [];
  recordClaims = [];
  recordTimes = [];
  notices = createNotices({
    append: ({ plaintext }, settle) => {
      if (hasCodeFault) throw new TypeError('a fault of the code');
      const { connected, claim, reason, receivedAt } = JSON.parse(plaintext.toString()) as ConnectionRecord;
      if (isKafkaUp) recordTimes.push(Date.parse(receivedAt));
      if (isKafkaUp) recordClaims.push(claim);
      if (isKafkaUp)
        writtenRecords.push(`${connected ? 'connected' : 'gone'}${reason === undefined ? '' : `: ${reason}`}`);
      settle(isKafkaUp ? undefined : new Error('no Kafka'));
    },
    publish: ({ payload, will: record }, settle) => {
      if (isKafkaUp) recordClaims.push(record);
      if (isKafkaUp) writtenRecords.push(`will ${payload.toString()}`);
      const outcome: Outcome = isKafkaUp ? { kind: 'appended' } : { kind: 'failed' };
      settle(outcome);
    },
    tables: { periodsOf: () => [] },
    boot: 'b',
    counters,
    log: pino({ level: 'silent' }),
    now: Date.now,
  });
});
afterEach(() => {
  notices.close();
  vi.useRealTimers();
});

it('the gateway writes the start of a device’s first connection and the end of its last connection', () => {
  notices.connected(source, false);
  notices.connected(source, false);
  notices.ended(source, 'closed');
  expect(writtenRecords).toEqual(['connected']);
  notices.ended(source, 'keep-alive');
  expect(writtenRecords).toEqual(['connected', 'gone: keep-alive']);
});

it('the record about the start of a connection names the end of the certificate if the gateway saw the certificate', () => {
  expect(connectionRecord('d', 0, true, 1, undefined, 86_400_000)).toMatchObject({
    certificateEndsAt: '1970-01-02T00:00:00.000Z',
  });
  for (const endMs of [undefined, Number.NEGATIVE_INFINITY, Number.NaN])
    expect(connectionRecord('d', 0, true, 1, undefined, endMs)).not.toHaveProperty('certificateEndsAt');
  expect(connectionRecord('d', 0, false, 1, 'closed', 86_400_000)).not.toHaveProperty('certificateEndsAt');
});

it('the gateway writes one record for a take-over', () => {
  notices.connected(source, false);
  notices.ended(source, 'taken-over');
  notices.connected(source, true);
  expect(writtenRecords).toEqual(['connected', 'connected: taken-over']);
  notices.ended(source, 'closed');
  expect(writtenRecords.at(-1)).toBe('gone: closed');
});

it('a notice whose second attempt throws is not lost, and is written when the code works again', () => {
  isKafkaUp = false;
  notices.connected(source, false);
  isKafkaUp = true;
  hasCodeFault = true;
  vi.advanceTimersByTime(3_000);
  expect(writtenRecords).toEqual([]);
  hasCodeFault = false;
  vi.advanceTimersByTime(1_000);
  expect(writtenRecords).toEqual(['connected']);
  vi.advanceTimersByTime(3_000);
  expect(writtenRecords).toEqual(['connected']);
});

it('the gateway writes notices again that could not be written to Kafka', () => {
  notices.connected(source, false);
  isKafkaUp = false;
  notices.will(source, will, 'will');
  notices.ended(source, 'will');
  vi.advanceTimersByTime(5_000);
  isKafkaUp = true;
  vi.advanceTimersByTime(1_000);
  expect([...writtenRecords].sort()).toEqual(['connected', 'gone: will', 'will {"online":false}']);
});

it('the gateway does not write that a device has gone if it has connected again', () => {
  notices.connected(source, false);
  isKafkaUp = false;
  notices.will(source, will, 'will');
  notices.ended(source, 'will');
  vi.advanceTimersByTime(3_000);
  isKafkaUp = true;
  notices.connected(claimedSource('conn.2', 11), false);
  vi.advanceTimersByTime(10_000);
  expect(writtenRecords).toEqual(['connected', 'connected']);
});

it('the gateway does not write that a device has gone while the device is connected again without a claim, but writes it if that connection ends', () => {
  notices.connected(source, false);
  isKafkaUp = false;
  notices.ended(source, 'will');
  const unclaimedSource = createSource('a2V5', 'bed-07', 'conn.2');
  notices.connected(unclaimedSource, false);
  isKafkaUp = true;
  vi.advanceTimersByTime(10_000);
  expect(writtenRecords).toEqual(['connected']);
  notices.ended(unclaimedSource, 'closed');
  vi.advanceTimersByTime(1_000);
  expect(writtenRecords).toEqual(['connected', 'gone: will']);
});

it('a notice for a bed that is written late has the time of its writing, so that it does not end before it comes', () => {
  const causeMs = Date.now();
  isKafkaUp = false;
  notices.notifyBed(source, 'refused-ahead');
  vi.advanceTimersByTime(5_500);
  isKafkaUp = true;
  vi.advanceTimersByTime(1_000);
  expect(recordTimes).toHaveLength(1);
  expect(recordTimes[0]! - causeMs).toBeGreaterThanOrEqual(5_500);
});

it('after it was closed, the gateway writes no notice', () => {
  notices.connected(source, false);
  isKafkaUp = false;
  notices.ended(source, 'closed');
  notices.close();
  isKafkaUp = true;
  vi.advanceTimersByTime(10_000);
  expect(writtenRecords).toEqual(['connected']);
});

it('each record names the claim of its connection, and a will also names how the connection ended', () => {
  notices.connected(source, false);
  notices.will(source, will, 'taken-over');
  notices.ended(source, 'taken-over');
  const next = claimedSource('conn.2', 12);
  notices.connected(next, true);
  notices.ended(next, 'closed');
  expect(recordClaims).toEqual([10, { claim: 10, reason: 'taken-over' }, 12, 12]);
});

it('the gateway writes nothing about a connection until the log has its claim', () => {
  const unclaimedSource = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(unclaimedSource, false);
  expect(writtenRecords).toEqual([]);
  unclaimedSource.claim = 14;
  notices.claimed(unclaimedSource);
  notices.ended(unclaimedSource, 'closed');
  expect(writtenRecords).toEqual(['connected', 'gone: closed']);
  expect(recordClaims).toEqual([14, 14]);
});

it('if the claim of an ended connection is read later, the gateway writes the end, unless the device has connected again', () => {
  const unclaimedSource = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(unclaimedSource, false);
  notices.ended(unclaimedSource, 'closed');
  expect(writtenRecords).toEqual([]);
  unclaimedSource.claim = 14;
  notices.claimed(unclaimedSource);
  notices.claimed(unclaimedSource);
  expect(writtenRecords).toEqual(['gone: closed']);
  const second = createSource('a2V5', 'bed-07', 'conn.4');
  notices.connected(second, false);
  notices.ended(second, 'closed');
  notices.connected(claimedSource('conn.5', 16), false);
  second.claim = 15;
  notices.claimed(second);
  expect(writtenRecords).toEqual(['gone: closed', 'connected']);
});

it('if the claim of a connection was never read, the gateway writes only the will of this connection', () => {
  const unclaimedSource = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(unclaimedSource, false);
  notices.will(unclaimedSource, will, 'will');
  notices.ended(unclaimedSource, 'will');
  vi.advanceTimersByTime(10_000);
  expect(writtenRecords).toEqual(['will {"online":false}']);
  expect(recordClaims).toEqual([{ reason: 'will' }]);
});
