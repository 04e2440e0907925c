import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { contentTypes } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import type { ReadRecord } from '../log/sealed-reading.ts';
import { type Claims, createClaims } from './claims.ts';
import { createCounters } from './counters.ts';
import { createMeasures } from './measures.ts';
import { createSource } from './source.ts';

type OnRecord = Parameters<SealedLog['followTable']>[1];

let claims: Claims;
/** What was appended and not yet answered. */
let written: { body: { clientId: string; connection: string }; answer(error?: Error): void }[];
let told: string[];
let onRecord: OnRecord;
let offset = 0;
const counters = createCounters();
const measures = createMeasures();

beforeEach(async () => {
  vi.useFakeTimers();
  written = [];
  told = [];
  offset = 40;
  counters.connectionsUnclaimed = 0;
  claims = await createClaims({
    sealedLog: {
      append: (_topic, _key, _contentType, body) =>
        new Promise((resolve, reject) => {
          const answer = (error?: Error) => (error ? reject(error) : resolve({ partition: 0, offset: 0n }));
          written.push({ body: body as { clientId: string; connection: string }, answer });
        }),
      followTable: async (_topics, handler) => {
        onRecord = handler;
        return { ready: Promise.resolve(), close: async () => {} };
      },
    },
    boot: 'us',
    onClaimed: ({ boot, claim }) => told.push(`${boot} has ${claim}`),
    onTaken: (clientId) => told.push(`${clientId} taken`),
    counters,
    measures,
    log: pino({ level: 'silent' }),
    monotonicMs: () => performance.now(),
  });
});
afterEach(async () => {
  await claims.close();
  vi.useRealTimers();
});

const source = (connection: string) => createSource('a2V5', 'bed-07', connection);
const claim = (one: ReturnType<typeof source>, clientId = 'bed-07') =>
  claims.claim(one, clientId, (claimed) => told.push(`${one.boot} ${claimed ? `claimed ${one.claim}` : 'unclaimed'}`));

/** Lets the log hand on a claim. */
function meet(boot: string, seq: number, body: unknown, contentType: string = contentTypes.claim): void {
  offset += 1;
  const place = { topic: 'sessions', key: boot, writer: 'gateway', boot, seq } as const;
  const plaintext = Buffer.from(JSON.stringify(body));
  onRecord(
    { opened: { place, contentType, plaintext }, record: { contentType, body } as ReadRecord['record'] },
    { topic: 'sessions', key: boot, value: Buffer.alloc(0), offset: String(offset), timestampMs: 0 },
  );
}

it('is settled when the claim comes back from the log, not when it was written', async () => {
  claim(source('us.1'));
  written[0]!.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(told).toEqual([]);
  meet('us', 1, written[0]!.body);
  expect(told).toEqual(['us.1 claimed 41']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(1);
  expect(written).toHaveLength(1);
});

it('reports the claims of other gateways in the order of the log, each once', () => {
  claim(source('us.1'));
  meet('other', 7, { clientId: 'bed-07', connection: 'other.3' });
  meet('us', 1, written[0]!.body);
  meet('other', 8, { clientId: 'bed-08', connection: 'other.4' });
  // A batch whose answer was lost.
  meet('other', 7, { clientId: 'bed-07', connection: 'other.3' });
  meet('other', 8, { clientId: 'bed-08', connection: 'other.4' });
  meet('us', 1, written[0]!.body);
  expect(told).toEqual(['bed-07 taken', 'us.1 claimed 42', 'bed-08 taken']);
});

it('lets the client in after 2 s without it, writes it again until the log has it, and says so then', async () => {
  const one = source('us.1');
  claim(one);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(['us.1 unclaimed']);
  expect(counters.connectionsUnclaimed).toBe(1);
  for (const tries of [1, 2, 3]) {
    written[tries - 1]!.answer(new Error('no Kafka'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toHaveLength(tries + 1);
  }
  meet('us', 4, written[3]!.body);
  expect(told).toEqual(['us.1 unclaimed', 'us.1 has 41']);
});

it('tells of a claim that was written, though its connection has ended since', async () => {
  const one = source('us.1');
  claim(one);
  await vi.advanceTimersByTimeAsync(2_000);
  claims.forget(one);
  written[0]!.answer();
  meet('us', 1, written[0]!.body);
  expect(told).toEqual(['us.1 unclaimed', 'us.1 has 41']);
});

it('does not write again for a connection that has ended, nor settles for one that gave up', async () => {
  const one = source('us.1');
  const giveUp = claim(one);
  giveUp();
  const other = source('us.2');
  claim(other);
  await vi.advanceTimersByTimeAsync(2_000);
  claims.forget(other);
  for (const { answer } of written) answer(new Error('no Kafka'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toHaveLength(2);
  meet('us', 1, written[0]!.body);
  meet('us', 2, written[1]!.body);
  expect(told).toEqual(['us.2 unclaimed']);
  expect(one.claim).toBeUndefined();
});

it('leaves out a record of another type', () => {
  meet('other', 1, { at: '2026-01-01T00:00:00.000Z', wards: [] }, contentTypes.presence);
  expect(told).toEqual([]);
});
