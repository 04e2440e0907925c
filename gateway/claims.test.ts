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
let writtenClaims: { body: { clientId: string; connection: string }; answer(error?: Error): void }[];
/** The calls of the callbacks, as text. */
let callTexts: string[];
let onRecord: OnRecord;
let offset = 0;
const counters = createCounters();
const measures = createMeasures();

beforeEach(async () => {
  vi.useFakeTimers();
  writtenClaims = [];
  callTexts = [];
  offset = 40;
  counters.connectionsUnclaimed = 0;
  claims = await createClaims({
    sealedLog: {
      append: (_topic, _key, _contentType, body) =>
        new Promise((resolve, reject) => {
          const answer = (error?: Error) => (error ? reject(error) : resolve({ partition: 0, offset: 0n }));
          writtenClaims.push({ body: body as { clientId: string; connection: string }, answer });
        }),
      followTable: async (_topics, handler) => {
        onRecord = handler;
        return {
          ready: Promise.resolve(),
          reachEnd: async () => new Map(),
          leftOut: () => new Map(),
          leftOutOffsets: () => [],
          close: async () => {},
        };
      },
    },
    boot: 'us',
    onClaimed: ({ boot, claim }) => callTexts.push(`${boot} has ${claim}`),
    onClaimedElsewhere: (clientId) => callTexts.push(`${clientId} taken`),
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
    callTexts.push(`${connection.boot} ${claimed ? `claimed ${connection.claim}` : 'unclaimed'}`),
  );

/** Makes the log deliver a claim. */
function deliverClaim(boot: string, seq: number, body: unknown, contentType: string = contentTypes.claim): void {
  offset += 1;
  const origin = { topic: 'sessions', key: boot, writer: 'gateway', boot, seq } as const;
  const plaintext = Buffer.from(JSON.stringify(body));
  onRecord(
    { opened: { origin, contentType, plaintext }, record: { contentType, body } as ReadRecord['record'] },
    { topic: 'sessions', key: boot, value: Buffer.alloc(0), offset: String(offset), timestampMs: 0 },
  );
}

it('the gateway reports a claim when the gateway has read it in the log, not when the gateway has written it', async () => {
  claim(source('us.1'));
  writtenClaims[0]!.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(callTexts).toEqual([]);
  deliverClaim('us', 1, writtenClaims[0]!.body);
  expect(callTexts).toEqual(['us.1 claimed 41']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(callTexts).toHaveLength(1);
  expect(writtenClaims).toHaveLength(1);
});

it('the gateway reports the claims of other gateways in the order of the log, each once', () => {
  claim(source('us.1'));
  deliverClaim('other', 7, { clientId: 'bed-07', connection: 'other.3' });
  deliverClaim('us', 1, writtenClaims[0]!.body);
  deliverClaim('other', 8, { clientId: 'bed-08', connection: 'other.4' });
  // The answer to a batch was lost, so the batch comes again.
  deliverClaim('other', 7, { clientId: 'bed-07', connection: 'other.3' });
  deliverClaim('other', 8, { clientId: 'bed-08', connection: 'other.4' });
  deliverClaim('us', 1, writtenClaims[0]!.body);
  expect(callTexts).toEqual(['bed-07 taken', 'us.1 claimed 42', 'bed-08 taken']);
});

it('the gateway reports after 2 s that the log has no claim, writes the claim until the log has it, and then reports the claim', async () => {
  const unclaimed = source('us.1');
  claim(unclaimed);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(callTexts).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(callTexts).toEqual(['us.1 unclaimed']);
  expect(counters.connectionsUnclaimed).toBe(1);
  for (const tries of [1, 2, 3]) {
    writtenClaims[tries - 1]!.answer(new Error('no Kafka'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writtenClaims).toHaveLength(tries + 1);
  }
  deliverClaim('us', 4, writtenClaims[3]!.body);
  expect(callTexts).toEqual(['us.1 unclaimed', 'us.1 has 41']);
});

it('a claim that was written is reported even if its connection has ended since', async () => {
  const unclaimed = source('us.1');
  claim(unclaimed);
  await vi.advanceTimersByTimeAsync(2_000);
  claims.forget(unclaimed);
  writtenClaims[0]!.answer();
  deliverClaim('us', 1, writtenClaims[0]!.body);
  expect(callTexts).toEqual(['us.1 unclaimed', 'us.1 has 41']);
});

it('a claim is not written again if its connection has ended; nothing is reported about a claim that was given up', async () => {
  const first = source('us.1');
  const giveUp = claim(first);
  giveUp();
  const other = source('us.2');
  claim(other);
  await vi.advanceTimersByTimeAsync(2_000);
  claims.forget(other);
  for (const { answer } of writtenClaims) answer(new Error('no Kafka'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(writtenClaims).toHaveLength(2);
  deliverClaim('us', 1, writtenClaims[0]!.body);
  deliverClaim('us', 2, writtenClaims[1]!.body);
  expect(callTexts).toEqual(['us.2 unclaimed']);
  expect(first.claim).toBeUndefined();
});

it('a record of another type is ignored', () => {
  deliverClaim('other', 1, { at: '2026-01-01T00:00:00.000Z', wards: [] }, contentTypes.presence);
  expect(callTexts).toEqual([]);
});
