import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCounters } from './counters.ts';
import type { Outcome } from './listener/sink.ts';
import { createNotices, type Notices } from './notices.ts';
import { createSource } from './source.ts';

const source = createSource('a2V5', 'bed-07', 'conn.1');
const will = { topic: 'devices/bed-07/status', payload: Buffer.from('{"online":false}'), qos: 1, delayMs: 0 } as const;

let notices: Notices;
let kafka: boolean;
let said: string[];
const counters = createCounters();

beforeEach(() => {
  vi.useFakeTimers();
  kafka = true;
  said = [];
  notices = createNotices({
    append: ({ plaintext }, settle) => {
      const { connected, reason } = JSON.parse(plaintext.toString()) as { connected: boolean; reason?: string };
      if (kafka) said.push(`${connected ? 'connected' : 'gone'}${reason === undefined ? '' : `: ${reason}`}`);
      settle(kafka ? undefined : new Error('no Kafka'));
    },
    publish: ({ payload }, settle) => {
      if (kafka) said.push(`will ${payload.toString()}`);
      const outcome: Outcome = kafka ? { kind: 'appended' } : { kind: 'failed' };
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

it('tells the first connection of a device and the end of its last', () => {
  notices.connected(source, false);
  notices.connected(source, false);
  notices.ended(source, 'closed');
  expect(said).toEqual(['connected']);
  notices.ended(source, 'keep-alive');
  expect(said).toEqual(['connected', 'gone: keep-alive']);
});

it('tells a take-over once', () => {
  notices.connected(source, false);
  notices.ended(source, 'taken-over');
  notices.connected(source, true);
  expect(said).toEqual(['connected', 'connected: taken-over']);
  notices.ended(source, 'closed');
  expect(said.at(-1)).toBe('gone: closed');
});

it('says again what the log did not take', () => {
  notices.connected(source, false);
  kafka = false;
  notices.will(source, will);
  notices.ended(source, 'will');
  vi.advanceTimersByTime(5_000);
  kafka = true;
  vi.advanceTimersByTime(1_000);
  expect([...said].sort()).toEqual(['connected', 'gone: will', 'will {"online":false}']);
});

it('does not say of a device that is back that it is gone', () => {
  notices.connected(source, false);
  kafka = false;
  notices.will(source, will);
  notices.ended(source, 'will');
  vi.advanceTimersByTime(3_000);
  kafka = true;
  notices.connected(createSource('a2V5', 'bed-07', 'conn.2'), false);
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual(['connected', 'connected']);
});

it('says nothing more once it is closed', () => {
  notices.connected(source, false);
  kafka = false;
  notices.ended(source, 'closed');
  notices.close();
  kafka = true;
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual(['connected']);
});
