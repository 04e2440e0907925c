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
let said: string[];
/** What connection each was said of. */
let claims: unknown[];
const counters = createCounters();

beforeEach(() => {
  vi.useFakeTimers();
  kafka = true;
  said = [];
  claims = [];
  notices = createNotices({
    append: ({ plaintext }, settle) => {
      const { connected, claim, reason } = JSON.parse(plaintext.toString()) as ConnectionRecord;
      if (kafka) claims.push(claim);
      if (kafka) said.push(`${connected ? 'connected' : 'gone'}${reason === undefined ? '' : `: ${reason}`}`);
      settle(kafka ? undefined : new Error('no Kafka'));
    },
    publish: ({ payload, will: of }, settle) => {
      if (kafka) claims.push(of);
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

it('repeats notices that the log did not take', () => {
  notices.connected(source, false);
  kafka = false;
  notices.will(source, will, 'will');
  notices.ended(source, 'will');
  vi.advanceTimersByTime(5_000);
  kafka = true;
  vi.advanceTimersByTime(1_000);
  expect([...said].sort()).toEqual(['connected', 'gone: will', 'will {"online":false}']);
});

it('does not say of a device that is back that it is gone', () => {
  notices.connected(source, false);
  kafka = false;
  notices.will(source, will, 'will');
  notices.ended(source, 'will');
  vi.advanceTimersByTime(3_000);
  kafka = true;
  notices.connected(claimed('conn.2', 11), false);
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

it('names the connection of each word by its claim, and of a will also how it ended', () => {
  notices.connected(source, false);
  notices.will(source, will, 'taken-over');
  notices.ended(source, 'taken-over');
  const next = claimed('conn.2', 12);
  notices.connected(next, true);
  notices.ended(next, 'closed');
  expect(claims).toEqual([10, { claim: 10, reason: 'taken-over' }, 12, 12]);
});

it('says nothing of a connection without a claim until it has one', () => {
  const fresh = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(fresh, false);
  expect(said).toEqual([]);
  fresh.claim = 14;
  notices.claimed(fresh);
  notices.ended(fresh, 'closed');
  expect(said).toEqual(['connected', 'gone: closed']);
  expect(claims).toEqual([14, 14]);
});

it('says of a connection that ended before its claim was met that it is gone, once it is met, unless the device is back', () => {
  const fresh = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(fresh, false);
  notices.ended(fresh, 'closed');
  expect(said).toEqual([]);
  fresh.claim = 14;
  notices.claimed(fresh);
  notices.claimed(fresh);
  expect(said).toEqual(['gone: closed']);
  const second = createSource('a2V5', 'bed-07', 'conn.4');
  notices.connected(second, false);
  notices.ended(second, 'closed');
  notices.connected(claimed('conn.5', 16), false);
  second.claim = 15;
  notices.claimed(second);
  expect(said).toEqual(['gone: closed', 'connected']);
});

it('writes only the will of a connection that never got its claim', () => {
  const fresh = createSource('a2V5', 'bed-07', 'conn.3');
  notices.connected(fresh, false);
  notices.will(fresh, will, 'will');
  notices.ended(fresh, 'will');
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual(['will {"online":false}']);
  expect(claims).toEqual([{ reason: 'will' }]);
});
