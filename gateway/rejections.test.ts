/** Tests that refused messages are kept up to a budget, and counted above it. */
import pino from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkRecord } from '../contracts/messages/check.ts';
import { forgetTimerFailures, timerFailures } from '../process/timer-tasks.ts';
import { createCounters } from './counters.ts';
import { createRejections } from './rejections.ts';
import type { Unsealed } from './sealing.ts';
import { createSource } from './source.ts';

afterEach(() => {
  vi.useRealTimers();
  forgetTimerFailures();
});

const atMs = Date.UTC(2026, 0, 1, 12);
const fault = { code: 'payload-not-json', message: 'The payload is not JSON.' } as const;
const unclear = { code: 'association-unclear', message: 'The patient is not clear.' } as const;
const bed = createSource('a2V5', 'bed-07', 'test');

const limitsPerDay = (deviceBytesPerDay: number) => ({ deviceBytesPerDay, allBytesPerDay: 10 * deviceBytesPerDay });

function open(refusedPerDay: number, apartPerDay = 0) {
  vi.useFakeTimers();
  const records: Unsealed[] = [];
  const kafka = { isAway: false, throwsFor: '' };
  const counters = createCounters();
  const rejections = createRejections({
    append(record, settle) {
      if (record.key === kafka.throwsFor) throw new Error('a fault of this test');
      if (!kafka.isAway) records.push(record);
      settle(kafka.isAway ? new Error('Kafka is away') : undefined);
    },
    boot: 'boot',
    limits: { refused: limitsPerDay(refusedPerDay), apart: limitsPerDay(apartPerDay) },
    counters,
    log: pino({ level: 'silent' }),
    monotonicMs: () => 0,
  });
  const settled: unknown[] = [];
  const refuse = (payload: string, afterMs = 0, source = bed) =>
    rejections.keep(
      { source, topic: 'devices/bed-07/observations', payload: Buffer.from(payload), receivedAtMs: atMs + afterMs },
      fault,
      'refused',
      (error) => settled.push(error),
    );
  const keepApart = (payload: string, isWave = false, source = bed) =>
    rejections.keepApart(
      { source, topic: 'devices/bed-07/observations', payload: Buffer.from(payload), receivedAtMs: atMs },
      unclear,
      isWave,
      (error) => settled.push(error),
    );
  const bodies = () =>
    records.map(({ contentType, plaintext }) => {
      const checked = checkRecord(contentType, plaintext);
      if (!checked.ok) throw new Error(checked.fault.message);
      return checked.body as { readonly code: string; readonly payload: string; readonly detail: string };
    });
  return { rejections, refuse, keepApart, records, bodies, settled, counters, kafka };
}

it('refused messages are kept byte for byte while there is space, and `settle` gets no error for the messages that are not kept', () => {
  const { refuse, bodies, settled, counters } = open(2_100);
  refuse('a');
  refuse('b');
  refuse('c');
  expect(bodies().map(({ payload }) => Buffer.from(payload, 'base64').toString())).toEqual(['a', 'b']);
  expect(settled).toEqual([undefined, undefined, undefined]);
  expect(counters).toMatchObject({ rejectedNotKept: 1, rejectedBytesNotKept: 1, rejectedBytesKept: 2 });
});

it('once a minute the gateway writes the number, bytes, reasons and times of the messages that were not kept', () => {
  const { refuse, bodies } = open(0);
  refuse('four', 0);
  refuse('eleven char', 5_000);
  expect(bodies()).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(bodies()).toEqual([
    {
      deviceId: 'bed-07',
      receivedAt: '2026-01-01T12:00:05.000Z',
      topic: 'devices/bed-07/observations',
      code: 'not-kept',
      detail:
        '2 more messages with 15 bytes were not kept between 2026-01-01T12:00:00.000Z and 2026-01-01T12:00:05.000Z: payload-not-json 2.',
      payload: '',
      notKept: {
        messages: 2,
        bytes: 15,
        from: '2026-01-01T12:00:00.000Z',
        to: '2026-01-01T12:00:05.000Z',
        reasons: { 'payload-not-json': 2 },
      },
    },
  ]);
  vi.advanceTimersByTime(600_000);
  expect(bodies()).toHaveLength(1);
});

it('a count that could not be written is added to the next count, and the last count is written at the end', async () => {
  const { rejections, refuse, bodies, kafka } = open(0);
  refuse('a');
  kafka.isAway = true;
  vi.advanceTimersByTime(60_000);
  refuse('b');
  kafka.isAway = false;
  await rejections.close();
  expect(bodies()).toMatchObject([{ notKept: { messages: 2, bytes: 2 } }]);
});

it('if the code throws for one device, the counts of the other devices are written, and the count of this device is written later', async () => {
  const { rejections, refuse, bodies, kafka } = open(0);
  const other = createSource('a2V5', 'bed-08', 'test');
  for (const source of [bed, other]) refuse('a', 0, source);
  kafka.throwsFor = bed.pseudonym;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(bodies()).toMatchObject([{ deviceId: 'bed-08', notKept: { messages: 1 } }]);
  expect(timerFailures().get('rejection-counts')).toBe(1);
  kafka.throwsFor = '';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(bodies()).toMatchObject([{ deviceId: 'bed-08' }, { deviceId: 'bed-07', notKept: { messages: 1 } }]);
  await rejections.close();
});

it('if the code throws for the count of a device that is forgotten, the gateway goes on', async () => {
  const { rejections, refuse, kafka } = open(0);
  refuse('a');
  kafka.throwsFor = bed.pseudonym;
  for (let n = 0; n < 20_000; n += 1) refuse('a', 0, createSource('a2V5', `bed-${1_000 + n}`, 'test'));
  await vi.advanceTimersByTimeAsync(0);
  expect(timerFailures().get('rejection-counts')).toBe(1);
  await rejections.close();
});

describe('keepApart', () => {
  it('unclear readings and refused messages have separate budgets', () => {
    const { refuse, keepApart, bodies } = open(1_100, 1_100);
    refuse('a');
    refuse('b');
    expect([keepApart('c'), keepApart('d')]).toEqual([true, false]);
    expect(bodies()).toMatchObject([{ payload: 'YQ==' }, { code: 'association-unclear', payload: 'Yw==' }]);
  });

  it('an unclear reading above the budget is counted in the record of messages that were not kept, and `settle` is not called', () => {
    const { keepApart, bodies, settled, counters } = open(0, 0);
    expect(keepApart('four')).toBe(false);
    expect(settled).toEqual([]);
    expect(counters).toMatchObject({ unattributedNotKept: 1, rejectedNotKept: 0, rejectedBytesNotKept: 4 });
    vi.advanceTimersByTime(60_000);
    expect(bodies()).toMatchObject([
      { code: 'not-kept', notKept: { messages: 1, bytes: 4, reasons: { 'association-unclear': 1 } } },
    ]);
  });

  it('there is space for numerics after waves have used their part of the budget', () => {
    const { keepApart } = open(0, 4_400);
    expect([1, 2, 3, 4].map(() => keepApart('w', true))).toEqual([true, true, true, false]);
    expect(keepApart('n')).toBe(true);
  });

  it('an unclear reading that could not be written to Kafka uses no space, even if the device sends it again and again', () => {
    const { keepApart, settled, kafka } = open(0, 1_100);
    kafka.isAway = true;
    for (let i = 0; i < 10; i += 1) expect(keepApart('a')).toBe(true);
    expect(settled).toEqual(Array(10).fill(new Error('Kafka is away')));
    kafka.isAway = false;
    expect(keepApart('a')).toBe(true);
    expect(keepApart('a')).toBe(false);
  });

  it('each device has its own budget for unclear readings, over all its connections', () => {
    const { keepApart } = open(0, 1_100);
    expect(keepApart('a')).toBe(true);
    expect(keepApart('b', false, createSource('a2V5', 'bed-07', 'another connection'))).toBe(false);
    expect(keepApart('c', false, createSource('a2V5', 'bed-08', 'test'))).toBe(true);
  });
});

it('a refused message that could not be written to Kafka uses no space', () => {
  const { refuse, bodies, kafka } = open(1_100);
  kafka.isAway = true;
  refuse('a');
  kafka.isAway = false;
  refuse('b');
  expect(bodies().map(({ payload }) => payload)).toEqual(['Yg==']);
});

it('each device has its own budget for refused messages, over all its connections', () => {
  const { refuse, bodies } = open(1_100);
  refuse('a');
  refuse('b', 0, createSource('a2V5', 'bed-07', 'another connection'));
  refuse('c', 0, createSource('a2V5', 'bed-08', 'test'));
  expect(bodies().map(({ payload }) => Buffer.from(payload, 'base64').toString())).toEqual(['a', 'c']);
});
