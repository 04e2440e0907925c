/**
 * Tests that events of devices wait for Kafka in a bounded queue, and that a count is not lost or doubled while Kafka
 * is away.
 */
import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RefusalsRecord } from '../contracts/messages/device-events.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { createCounters } from './counters.ts';
import { openDeviceEvents, waitingMax } from './device-events.ts';
import { createSource } from './source.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const atMs = Date.UTC(2026, 0, 1, 12);
const bed = createSource('a2V5', 'bed-07', 'test');

function open(hasTopic = true) {
  const kafka = { isAway: false, hasTopic, answer: Promise.resolve() };
  const written: { readonly contentType: string; readonly body: unknown }[] = [];
  const counters = createCounters();
  const events = openDeviceEvents({
    hasTopic: async () => kafka.hasTopic,
    sealedLog: {
      boot: 'gateway',
      append: async (_topic, _key, contentType, body) => {
        await kafka.answer;
        if (kafka.isAway) throw new Error('Kafka is away');
        written.push({ contentType, body });
        return { offset: '0' } as never;
      },
    },
    counters,
    log: pino({ level: 'silent' }),
    monotonicMs: () => Date.now(),
  });
  const refuse = () =>
    events.countUnused({ deviceId: 'bed-07', kind: 'refused', code: 'payload-not-json', number: undefined, atMs });
  return { events, kafka, written, counters, refuse };
}

it('an event and a count of refused messages are written within a second', async () => {
  const { events, written, refuse } = open();
  events.note(bed, atMs, { kind: 'connected' });
  refuse();
  refuse();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toEqual([
    {
      contentType: contentTypes.deviceEvent,
      body: { deviceId: 'bed-07', receivedAt: '2026-01-01T12:00:00.000Z', kind: 'connected' },
    },
    {
      contentType: contentTypes.refusals,
      body: expect.objectContaining({ count: 1, refused: { 'payload-not-json': 2 } }),
    },
  ]);
  await events.close();
});

it('while Kafka is away the records wait in their order, and afterwards the largest record of the count has every message', async () => {
  const { events, kafka, written, refuse } = open();
  kafka.isAway = true;
  events.note(bed, atMs, { kind: 'connected' });
  refuse();
  await vi.advanceTimersByTimeAsync(90_000);
  refuse();
  events.note(bed, atMs + 1, { kind: 'disconnected' });
  await vi.advanceTimersByTimeAsync(90_000);
  expect(written).toEqual([]);
  kafka.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  const kinds = written.flatMap(({ body }) => (body as { readonly kind?: string }).kind ?? []);
  expect(kinds).toEqual(['connected', 'disconnected']);
  const sums = written
    .filter(({ contentType }) => contentType === contentTypes.refusals)
    .map(({ body }) => (body as RefusalsRecord).refused['payload-not-json']);
  expect(Math.max(...(sums as number[]))).toBe(2);
  await events.close();
});

it('above the maximum the oldest record is dropped and counted', async () => {
  const { events, kafka, counters } = open();
  kafka.isAway = true;
  for (let n = 0; n < waitingMax + 3; n += 1)
    events.note(createSource('a2V5', `bed-${n}`, 'test'), atMs, { kind: 'connected' });
  expect(counters.deviceEventsDropped).toBe(3);
  await events.close();
});

it('a record whose append failed is counted if it is dropped because newer records fill the queue', async () => {
  const { events, kafka, counters } = open();
  const answer = Promise.withResolvers<void>();
  kafka.answer = answer.promise;
  kafka.isAway = true;
  const note = (id: number) => events.note(createSource('a2V5', `bed-${id}`, 'test'), atMs, { kind: 'connected' });
  for (let n = 0; n < 3; n += 1) note(n);
  await vi.advanceTimersByTimeAsync(1_000);
  for (let n = 3; n < waitingMax + 3; n += 1) note(n);
  expect(counters.deviceEventsDropped).toBe(0);
  answer.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(counters.deviceEventsDropped).toBe(3);
  await events.close();
});

it('close writes the records that are not in the log yet, and waits at most a second if Kafka never answers', async () => {
  const { events, written, refuse } = open();
  await vi.advanceTimersByTimeAsync(0);
  refuse();
  await events.close();
  expect(written).toHaveLength(1);
  const silent = openDeviceEvents({
    hasTopic: async () => true,
    sealedLog: { boot: 'gateway', append: () => new Promise(() => {}) },
    counters: createCounters(),
    log: pino({ level: 'silent' }),
    monotonicMs: () => Date.now(),
  });
  await vi.advanceTimersByTimeAsync(0);
  silent.note(bed, atMs, { kind: 'connected' });
  let isClosed = false;
  void silent.close().then(() => {
    isClosed = true;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(isClosed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isClosed).toBe(true);
});

it('a clock causes an event when a gateway first judges it, when it becomes wrong and when it is right again, but not with each reading', async () => {
  const { events, written } = open();
  const source = createSource('a2V5', 'bed-09', 'test');
  for (const offsetMs of [0, 2_900, 30_000, 31_000, 2_500, 100, 0]) events.noteClock(source, atMs, offsetMs);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written.map(({ body }) => body)).toEqual([
    expect.objectContaining({ kind: 'clock-right' }),
    expect.objectContaining({ kind: 'clock-wrong', clockErrorMs: 30_000 }),
    expect.objectContaining({ kind: 'clock-right' }),
  ]);
  await events.close();
});

it('nothing is written while Kafka does not have the topic, because a missing topic would stop the readings; the events wait', async () => {
  const { events, kafka, written } = open(false);
  events.note(bed, atMs, { kind: 'connected' });
  await vi.advanceTimersByTimeAsync(59_000);
  expect(written).toEqual([]);
  kafka.hasTopic = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(written).toHaveLength(1);
  await events.close();
});
