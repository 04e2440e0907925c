import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchRecord, decodeProduceAnswer, encodeProduce } from './record-batch.ts';

/** The decoders of kafkajs, to check what Vigil's encoder has written. */
const require = createRequire(import.meta.url);
type Decoder = {
  readInt16(): number;
  readInt32(): number;
  readString(): string;
  readArray<T>(read: (decoder: Decoder) => T): T[];
  readBytes(count?: number): Buffer;
  slice(count: number): Decoder;
  forward(count: number): void;
  canReadInt32(): boolean;
};
const KafkaDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: Decoder) => Promise<{
  records: { key: Buffer; value: Buffer | null; timestamp: string; offset: string }[];
  lastOffsetDelta: number;
}>;

async function read(request: Buffer) {
  const decoder = new KafkaDecoder(request);
  const length = decoder.readInt32();
  expect(length).toBe(request.length - 4);
  const head = { api: decoder.readInt16(), version: decoder.readInt16(), correlation: decoder.readInt32() };
  const clientId = decoder.readString();
  const rest = { transaction: decoder.readInt16(), acks: decoder.readInt16(), timeoutMs: decoder.readInt32() };
  const topics = decoder.readArray((inTopic) => ({
    topic: inTopic.readString(),
    partitions: inTopic.readArray((inPartition) => ({
      partition: inPartition.readInt32(),
      bytes: Buffer.from(inPartition.readBytes(inPartition.readInt32())),
    })),
  }));
  expect(decoder.canReadInt32()).toBe(false);
  const batches = await Promise.all(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(async ({ partition, bytes }) => {
        const inBatch = new KafkaDecoder(bytes);
        inBatch.forward(8 + 4 + 4 + 1);
        const crc = inBatch.readInt32() >>> 0;
        const ownCrc = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;
        expect(crc).toBe(ownCrc(bytes.subarray(21)) >>> 0);
        const { records } = await decodeBatch(new KafkaDecoder(bytes));
        return { topic, partition, records };
      }),
    ),
  );
  return { ...head, clientId, ...rest, batches };
}

const record = fc.record({
  key: fc.string({ unit: 'grapheme', maxLength: 70 }),
  value: fc.option(
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    { nil: null },
  ),
  timestampMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
});

describe('encodeProduce', () => {
  it('kafkajs decodes a produce request to the same records in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            topic: fc.constantFrom('a', 'b', 'c'),
            partition: fc.nat(50),
            records: fc.array(record, { minLength: 1, maxLength: 40 }),
          }),
          { minLength: 1, maxLength: 5 },
        ),
        async (unsorted) => {
          const batches = unsorted.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0));
          const request = await read(encodeProduce(batches, 77, 'gateway-x', 10_000));
          expect(request).toMatchObject({ api: 0, version: 7, correlation: 77, clientId: 'gateway-x' });
          expect(request).toMatchObject({ transaction: -1, acks: -1, timeoutMs: 10_000 });
          expect(
            request.batches.map(({ topic, partition, records }) => ({
              topic,
              partition,
              records: records.map(({ key, value, timestamp }) => ({
                key: key.toString(),
                value: value?.toString('hex') ?? null,
                timestampMs: Number(timestamp),
              })),
            })),
          ).toEqual(
            batches.map(({ topic, partition, records }) => ({
              topic,
              partition,
              records: records.map(({ key, value, timestampMs }) => ({
                key,
                value: value?.toString('hex') ?? null,
                timestampMs,
              })),
            })),
          );
        },
      ),
    );
  });

  it.each([63, 64, 8191, 8192, 1_048_575, 1_048_576])(
    'a produce request can have a value of %i bytes',
    async (bytes) => {
      const records: BatchRecord[] = [{ key: 'k', value: Buffer.alloc(bytes, 7), timestampMs: 5 }];
      const { batches } = await read(encodeProduce([{ topic: 't', partition: 0, records }], 1, 'c', 1));
      expect(batches[0]!.records[0]!.value!.equals(records[0]!.value!)).toBe(true);
    },
  );

  it('encodeProduce limits the difference of times if the clock jumps by years', async () => {
    const times = [1_700_000_000_000, 1_900_000_000_000, 1_500_000_000_000];
    const records = times.map((timestampMs) => ({ key: 'k', value: null, timestampMs }));
    const { batches } = await read(encodeProduce([{ topic: 't', partition: 0, records }], 1, 'c', 1));
    const day = 86_400_000;
    expect(batches[0]!.records.map(({ timestamp }) => Math.round((Number(timestamp) - times[0]!) / day))).toEqual([
      0, 12, -12,
    ]);
  });
});

describe('decodeProduceAnswer', () => {
  it('decodeProduceAnswer returns the answer for each partition, and throws if the answer is cut off', () => {
    const bytes = Buffer.alloc(4 + 3 + 4 + 2 * 30 + 4);
    bytes.writeInt32BE(1, 0);
    bytes.writeInt16BE(1, 4);
    bytes.write('t', 6);
    bytes.writeInt32BE(2, 7);
    bytes.writeInt32BE(3, 11);
    bytes.writeBigInt64BE(9_007_199_254_740_993n, 17);
    bytes.writeInt32BE(4, 41);
    bytes.writeInt16BE(19, 45);
    bytes.writeBigInt64BE(-1n, 47);
    bytes.writeInt32BE(250, 71);
    expect(decodeProduceAnswer(bytes)).toEqual({
      throttleMs: 250,
      answers: [
        { topic: 't', partition: 3, errorCode: 0, baseOffset: 9_007_199_254_740_993n },
        { topic: 't', partition: 4, errorCode: 19, baseOffset: -1n },
      ],
    });
    expect(() => decodeProduceAnswer(bytes.subarray(0, 50))).toThrow(RangeError);
  });
});
