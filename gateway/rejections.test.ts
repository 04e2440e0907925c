/** What is refused is kept up to a budget, and counted past it; nothing goes silently. */
import pino from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { checkRecord } from '../contracts/messages/check.ts';
import { createCounters } from './counters.ts';
import { createRejections } from './rejections.ts';
import type { Unsealed } from './sealing.ts';
import { createSource } from './source.ts';

afterEach(() => vi.useRealTimers());

const atMs = Date.UTC(2026, 0, 1, 12);
const fault = { code: 'payload-not-json', message: 'The payload is not JSON.' } as const;
const bed = createSource('a2V5', 'bed-07', 'test');

function open(deviceBytesPerDay: number) {
  vi.useFakeTimers();
  const records: Unsealed[] = [];
  const scene = { away: false };
  const counters = createCounters();
  const rejections = createRejections({
    append(record, settle) {
      if (!scene.away) records.push(record);
      settle(scene.away ? new Error('Kafka is away') : undefined);
    },
    boot: 'boot',
    limits: { deviceBytesPerDay, allBytesPerDay: 10 * deviceBytesPerDay },
    counters,
    log: pino({ level: 'silent' }),
    monotonicMs: () => 0,
  });
  const settled: unknown[] = [];
  const refuse = (payload: string, at = 0, source = bed, how: 'refused' | 'in-part' | 'apart' = 'refused') =>
    rejections.keep(
      { source, topic: 'devices/bed-07/observations', payload: Buffer.from(payload), receivedAtMs: atMs + at },
      fault,
      how,
      (error) => settled.push(error),
    );
  const bodies = () =>
    records.map(({ contentType, plaintext }) => {
      const checked = checkRecord(contentType, plaintext);
      if (!checked.ok) throw new Error(checked.fault.message);
      return checked.body as { readonly code: string; readonly payload: string; readonly detail: string };
    });
  return { rejections, refuse, records, bodies, settled, counters, scene };
}

it('keeps what there is room for, byte for byte, and answers the rest as it answers that', () => {
  const { refuse, bodies, settled, counters } = open(2_100);
  refuse('a');
  refuse('b');
  refuse('c');
  expect(bodies().map(({ payload }) => Buffer.from(payload, 'base64').toString())).toEqual(['a', 'b']);
  expect(settled).toEqual([undefined, undefined, undefined]);
  expect(counters).toMatchObject({ rejectedNotKept: 1, rejectedBytesNotKept: 1, rejectedBytesKept: 2 });
});

it('writes once a minute what it did not keep: how many, how large, why and when', () => {
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
        '2 more, 15 bytes, are not kept here, between 2026-01-01T12:00:00.000Z and 2026-01-01T12:00:05.000Z: payload-not-json 2.',
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

it('counts on where Kafka did not take the count, and writes it at the end at the latest', async () => {
  const { rejections, refuse, bodies, scene } = open(0);
  refuse('a');
  scene.away = true;
  vi.advanceTimersByTime(60_000);
  refuse('b');
  scene.away = false;
  await rejections.close();
  expect(bodies()).toMatchObject([{ notKept: { messages: 2, bytes: 2 } }]);
});

it('keeps what was acknowledged as taken, whatever the budget says', () => {
  const { refuse, bodies } = open(0);
  refuse('a', 0, bed, 'apart');
  expect(bodies()).toMatchObject([{ code: 'payload-not-json', payload: 'YQ==' }]);
});

it('counts each device for itself, over all its connections', () => {
  const { refuse, bodies } = open(1_100);
  refuse('a');
  refuse('b', 0, createSource('a2V5', 'bed-07', 'another connection'));
  refuse('c', 0, createSource('a2V5', 'bed-08', 'test'));
  expect(bodies().map(({ payload }) => Buffer.from(payload, 'base64').toString())).toEqual(['a', 'c']);
});
