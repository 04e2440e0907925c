import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectionRecord } from '../contracts/messages/records.ts';
import { createCounters } from './counters.ts';
import type { Outcome } from './listener/sink.ts';
import { createNotices, type Notices } from './notices.ts';
import { createSource } from './source.ts';

const claimed = (boot: string, claim: number) => Object.assign(createSource('a2V5', 'bed-07', boot), { claim });
const source = claimed('conn.1', 10);
const will = { topic: 'devices/bed-07/status', payload: Buffer.from('{"online":false}'), qos: 1, delayMs: 0 } as const;

let notices: Notices;
let kafka: boolean;
/** The records that the notices wrote, as text. */
let written: string[];
/** The claim in each of these records. */
let claims: unknown[];
const counters = createCounters();

beforeEach(() => {
  vi.useFakeTimers();
  kafka = true;
  written = [];
  claims = [];
  notices = createNotices({
    append: ({ plaintext }, settle) => {
      const { connected, claim, reason } = JSON.parse(plaintext.toString()) as ConnectionRecord;
      if (kafka) claims.push(claim);
      if (kafka) written.push(`${connected ? 'connected' : 'gone'}${reason === undefined ? '' : `: ${reason}`}`);
      settle(kafka ? undefined : new Error('no Kafka'));
    },
    publish: ({ payload, will: of }, settle) => {
      if (kafka) claims.push(of);
      if (kafka) written.push(`will ${payload.toString()}`);
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

it('writes the start of a device’s first connection and the end of its last connection', () => {
  notices.connected(source, false);
  notices.connected(source, false);
  notices.ended(source, 'closed');
  expect(written).toEqual(['connected']);
  notices.ended(source, 'keep-alive');
  expect(written).toEqual(['connected', 'gone: keep-alive']);
});

it('writes one record for a take-over', () => {
  notices.connected(source, false);
  notices.ended(source, 'taken-over');
  notices.connected(source, true);
  expect(written).toEqual(['connected', 'connected: taken-over']);
  notices.ended(source, 'closed');
  expect(written.at(-1)).toBe('gone: closed');
});

it('writes notices again that could not be written to Kafka', () => {
  notices.connected(source, false);
  kafka = false;
  notices.will(source, will, 'will');
  notices.ended(source, 'will');
  vi.advanceTimersByTime(5_000);
  kafka = true;
  vi.advanceTimersByTime(1_000);
  expect([...written].sort()).toEqual(['connected', 'gone: will', 'will {"online":false}']);
});

it('does not write that a device has gone if it has connected again', () => {
  notices.connected(source, false);
  kafka = false;
  notices.will(source, will, 'will');
  notices.ended(source, 'will');
  vi.advanceTimersByTime(3_000);
  kafka = true;
  notices.connected(claimed('conn.2', 11), false);
  vi.advanceTimersByTime(10_000);
  expect(written).toEqual(['connected', 'connected']);
});

it('writes nothing after it was closed', () => {
  notices.connected(source, false);
  kafka = false;
  notices.ended(source, 'closed');
  notices.close();
  kafka = true;
  vi.advanceTimersByTime(10_000);
  expect(written).toEqual(['connected']);
});

it('each record names the claim of its connection, and a will also how the connection ended', () => {
  notices.connected(source, false);
  notices.will(source, will, 'taken-over');
  notices.ended(source, 'taken-over');
  const next = claimed('conn.2', 12);
  notices.connected(next, true);
  notices.ended(next, 'closed');
  expect(claims).toEqual([10, { claim: 10, reason: 'taken-over' }, 12, 12]);
});

it('writes nothing about a connection until the log has its claim', () => {
  const fresh = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(fresh, false);
  expect(written).toEqual([]);
  fresh.claim = 14;
  notices.claimed(fresh);
  notices.ended(fresh, 'closed');
  expect(written).toEqual(['connected', 'gone: closed']);
  expect(claims).toEqual([14, 14]);
});

it('writes the end of a connection when its claim is read later, unless the device has connected again', () => {
  const fresh = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(fresh, false);
  notices.ended(fresh, 'closed');
  expect(written).toEqual([]);
  fresh.claim = 14;
  notices.claimed(fresh);
  notices.claimed(fresh);
  expect(written).toEqual(['gone: closed']);
  const second = createSource('a2V5', 'bed-07', 'conn.4');
  notices.connected(second, false);
  notices.ended(second, 'closed');
  notices.connected(claimed('conn.5', 16), false);
  second.claim = 15;
  notices.claimed(second);
  expect(written).toEqual(['gone: closed', 'connected']);
});

it('writes only the will of a connection whose claim was never read', () => {
  const fresh = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(fresh, false);
  notices.will(fresh, will, 'will');
  notices.ended(fresh, 'will');
  vi.advanceTimersByTime(10_000);
  expect(written).toEqual(['will {"online":false}']);
  expect(claims).toEqual([{ reason: 'will' }]);
});
