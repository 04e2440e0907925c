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
/** Claims that were appended and are not answered yet. */
let written: { body: { clientId: string; connection: string }; answer(error?: Error): void }[];
/** The calls of the callbacks, as text. */
let calls: string[];
let onRecord: OnRecord;
let offset = 0;
const counters = createCounters();
const measures = createMeasures();

beforeEach(async () => {
  vi.useFakeTimers();
  written = [];
  calls = [];
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
    onClaimed: ({ boot, claim }) => calls.push(`${boot} has ${claim}`),
    onClaimedElsewhere: (clientId) => calls.push(`${clientId} taken`),
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
const claim = (connection: ReturnType<typeof source>, clientId = 'bed-07') =>
  claims.claim(connection, clientId, (claimed) =>
    calls.push(`${connection.boot} ${claimed ? `claimed ${connection.claim}` : 'unclaimed'}`),
  );

/** Makes the log deliver a claim. */
function deliver(boot: string, seq: number, body: unknown, contentType: string = contentTypes.claim): void {
  offset += 1;
  const origin = { topic: 'sessions', key: boot, writer: 'gateway', boot, seq } as const;
  const plaintext = Buffer.from(JSON.stringify(body));
  onRecord(
    { opened: { origin, contentType, plaintext }, record: { contentType, body } as ReadRecord['record'] },
    { topic: 'sessions', key: boot, value: Buffer.alloc(0), offset: String(offset), timestampMs: 0 },
  );
}

it('a claim is settled when it is read from the log, and not when it was written', async () => {
  claim(source('us.1'));
  written[0]!.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(calls).toEqual([]);
  deliver('us', 1, written[0]!.body);
  expect(calls).toEqual(['us.1 claimed 41']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(1);
  expect(written).toHaveLength(1);
});

it('reports the claims of other gateways in the order of the log, each once', () => {
  claim(source('us.1'));
  deliver('other', 7, { clientId: 'bed-07', connection: 'other.3' });
  deliver('us', 1, written[0]!.body);
  deliver('other', 8, { clientId: 'bed-08', connection: 'other.4' });
  // The answer to a batch was lost, so the batch comes again.
  deliver('other', 7, { clientId: 'bed-07', connection: 'other.3' });
  deliver('other', 8, { clientId: 'bed-08', connection: 'other.4' });
  deliver('us', 1, written[0]!.body);
  expect(calls).toEqual(['bed-07 taken', 'us.1 claimed 42', 'bed-08 taken']);
});

it('a claim is settled as false after 2 s, is written again until the log has it, and is then reported', async () => {
  const unclaimed = source('us.1');
  claim(unclaimed);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toEqual(['us.1 unclaimed']);
  expect(counters.connectionsUnclaimed).toBe(1);
  for (const tries of [1, 2, 3]) {
    written[tries - 1]!.answer(new Error('no Kafka'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toHaveLength(tries + 1);
  }
  deliver('us', 4, written[3]!.body);
  expect(calls).toEqual(['us.1 unclaimed', 'us.1 has 41']);
});

it('a claim that was written is reported even if its connection has ended since', async () => {
  const unclaimed = source('us.1');
  claim(unclaimed);
  await vi.advanceTimersByTimeAsync(2_000);
  claims.forget(unclaimed);
  written[0]!.answer();
  deliver('us', 1, written[0]!.body);
  expect(calls).toEqual(['us.1 unclaimed', 'us.1 has 41']);
});

it('a claim is not written again if its connection has ended, and not settled if it was given up', async () => {
  const first = source('us.1');
  const giveUp = claim(first);
  giveUp();
  const other = source('us.2');
  claim(other);
  await vi.advanceTimersByTimeAsync(2_000);
  claims.forget(other);
  for (const { answer } of written) answer(new Error('no Kafka'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toHaveLength(2);
  deliver('us', 1, written[0]!.body);
  deliver('us', 2, written[1]!.body);
  expect(calls).toEqual(['us.2 unclaimed']);
  expect(first.claim).toBeUndefined();
});

it('a record of another type is ignored', () => {
  deliver('other', 1, { at: '2026-01-01T00:00:00.000Z', wards: [] }, contentTypes.presence);
  expect(calls).toEqual([]);
});
