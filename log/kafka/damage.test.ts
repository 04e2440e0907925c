import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Damage, type DecodedRecord, decodeFetchesSafely, onDamagedBatch, readBatches } from './damage.ts';
import { openDamageBook } from './damage-book.ts';
import { encodeProduce } from './record-batch.ts';

const require = createRequire(import.meta.url);
type Decoder = { new (bytes: Buffer): object };
const KafkaDecoder = require('kafkajs/src/protocol/decoder') as Decoder;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<{ records: DecodedRecord[] }>;
const decode = async (bytes: Buffer) => (await decodeBatch(new KafkaDecoder(bytes))).records;

const topicPartition = { topic: 'alarms', partition: 3 };
const perBatch = 4;
const headerBytes = 61;

/** Returns a batch as it is in Kafka, with the records `first` to `first + perBatch - 1`. */
function batch(first: number): Buffer {
  const records = Array.from({ length: perBatch }, (_, n) => ({
    key: `key-${first + n}`,
    value: Buffer.from(`value-${first + n}`.padEnd(40, '.')),
    timestampMs: 1_700_000_000_000 + n,
  }));
  const client = 'test';
  const request = encodeProduce([{ topic: 'alarms', partition: 0, records }], 1, client, 1_000);
  const isStart = (at: number) => request[at + 16] === 2 && request.readInt32BE(at + 8) === request.length - at - 12;
  const from = Array.from({ length: request.length }, (_, at) => at).find((at) => at > 20 && isStart(at));
  const bytes = Buffer.from(request.subarray(from));
  bytes.writeBigInt64BE(BigInt(first), 0);
  return bytes;
}

async function read(...batches: Buffer[]) {
  const damage: Damage[] = [];
  const all = await readBatches(Buffer.concat(batches), topicPartition, decode, (found) => damage.push(found));
  const records = all.filter(({ isControlRecord }) => !isControlRecord);
  return { all, records, damage, offsets: records.map(({ offset }) => Number(offset)) };
}

/** Returns the whole numbers from `from` up to `to - 1`. */
const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

describe('readBatches', () => {
  it('readBatches returns all records of undamaged batches', async () => {
    const { records, damage, offsets } = await read(batch(0), batch(4), batch(8));
    expect(offsets).toEqual(upTo(0, 12));
    expect(records.map(({ value }) => value?.toString().replace(/\.*$/, ''))).toEqual(
      upTo(0, 12).map((n) => `value-${n}`),
    );
    expect(damage).toEqual([]);
  });

  it('readBatches ignores a last batch that is cut off', async () => {
    for (const cut of [1, 30, 100]) {
      const { offsets, damage } = await read(batch(0), batch(4).subarray(0, -cut));
      expect({ offsets, damage }).toEqual({ offsets: upTo(0, 4), damage: [] });
    }
  });

  it('readBatches returns every record of the other batches if any byte of a batch is changed', async () => {
    const seed = Date.now() % 2 ** 31;
    const size = batch(4).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: size - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        // The broker sets the leader epoch, and the checksum does not cover it.
        if (at >= 12 && at < 16) return;
        const damaged = batch(4);
        damaged[at]! ^= flip;
        // In the first answer, the damaged batch comes after an undamaged batch. In the next answer, the damaged batch
        // comes first.
        const firstResult = await read(batch(0), damaged, batch(8));
        const secondResult = await read(damaged, batch(8), batch(12));
        const seen = new Set([...firstResult.offsets, ...secondResult.offsets]);
        for (const n of [...upTo(0, 4), ...upTo(8, 12)]) expect(seen).toContain(n);
        expect(secondResult.damage).toHaveLength(1);
        expect(secondResult.damage[0]).toMatchObject(topicPartition);
        const reached = Math.max(...secondResult.all.map(({ offset }) => Number(offset)));
        expect(reached).toBe(15);
        // The records of the damaged batch are in order.
        expect(secondResult.offsets).toEqual([...new Set(secondResult.offsets)].sort((a, b) => a - b));
      }),
      {
        seed,
        numRuns: 300,
        examples: [
          [11, 1],
          [11, 2],
          [10, 1],
          [10, 2],
          [9, 1],
          [8, 1],
          [16, 1],
        ],
      },
    );
  });

  it('readBatches returns the records of a damaged batch that can be decoded', async () => {
    const damaged = batch(4);
    damaged[damaged.length - 5]! ^= 1;
    const { offsets, damage } = await read(damaged, batch(8));
    expect(offsets).toEqual(upTo(4, 12));
    expect(damage).toEqual([
      { ...topicPartition, firstOffset: 4n, lastOffset: 7n, reason: 'checksum', savedRecords: 4 },
    ]);
  });

  it('readBatches returns a placeholder for a batch without records, or with an unknown compression', async () => {
    const withoutDecoding = async () => {
      // kafkajs throws this error if it does not know the compression.
      throw new Error('Snappy compression is unknown here');
    };
    const damage: Damage[] = [];
    const all = await readBatches(batch(4), topicPartition, withoutDecoding, (found) => damage.push(found));
    expect(all.map(({ offset, isControlRecord }) => [offset, isControlRecord])).toEqual([['7', true]]);
    expect(damage).toEqual([
      { ...topicPartition, firstOffset: 4n, lastOffset: 7n, reason: 'undecodable', savedRecords: 0 },
    ]);
    const empty = await readBatches(
      batch(4),
      topicPartition,
      async () => [],
      (found) => damage.push(found),
    );
    expect(empty.map(({ offset }) => offset)).toEqual(['7']);
    expect(damage).toHaveLength(1);
  });

  it('readBatches returns a placeholder with offset 0 if it finds no batch in the bytes', async () => {
    const { all, damage } = await read(Buffer.alloc(headerBytes + 40, 0xff));
    expect(all.map(({ offset, isControlRecord }) => [offset, isControlRecord])).toEqual([['0', true]]);
    expect(damage).toEqual([
      { ...topicPartition, firstOffset: undefined, lastOffset: undefined, reason: 'header', savedRecords: 0 },
    ]);
  });
});

describe('decodeFetchesSafely', () => {
  type Answer = {
    responses: {
      topicName: string;
      partitions: { errorCode: number; highWatermark: string; messages: DecodedRecord[] }[];
    }[];
  };
  const response = () =>
    require('kafkajs/src/protocol/requests/fetch/v11/response') as { decode(bytes: Buffer): Promise<Answer> };

  /** Fetch Response (Version: 11) with one partition. */
  function fetchResponse(errorCode: number, records: Buffer): Buffer {
    const topic = Buffer.from('alarms');
    const bytes = Buffer.alloc(4 + 2 + 4 + 4 + 2 + topic.length + 4 + 4 + 2 + 8 * 3 + 4 + 4 + 4);
    let at = bytes.writeInt32BE(0, 0);
    at = bytes.writeInt16BE(0, at);
    at = bytes.writeInt32BE(0, at);
    at = bytes.writeInt32BE(1, at);
    at = bytes.writeInt16BE(topic.length, at);
    at += topic.copy(bytes, at);
    at = bytes.writeInt32BE(1, at);
    at = bytes.writeInt32BE(3, at);
    at = bytes.writeInt16BE(errorCode, at);
    for (const offset of [12n, 12n, 0n]) at = bytes.writeBigInt64BE(offset, at);
    at = bytes.writeInt32BE(-1, at);
    at = bytes.writeInt32BE(-1, at);
    bytes.writeInt32BE(records.length, at);
    return Buffer.concat([bytes, records]);
  }

  it('kafkajs decodes an undamaged answer to the same result with and without decodeFetchesSafely', async () => {
    const bytes = fetchResponse(0, Buffer.concat([batch(0), batch(4)]));
    const unguarded = await response().decode(bytes);
    decodeFetchesSafely();
    expect(await response().decode(bytes)).toEqual(unguarded);
    expect(unguarded.responses[0]?.partitions[0]?.messages).toHaveLength(8);
  });

  it('an answer with the error "damaged file" is reported and gets a placeholder', async () => {
    decodeFetchesSafely();
    const seen: Damage[] = [];
    const stop = onDamagedBatch((damage) => seen.push(damage));
    const { responses } = await response().decode(fetchResponse(2, Buffer.alloc(0)));
    stop();
    expect(responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: '12' });
    expect(responses[0]?.partitions[0]?.messages.map(({ offset }) => offset)).toEqual(['0']);
    expect(seen).toMatchObject([{ ...topicPartition, reason: 'broker' }]);
  });

  it('an answer with another error keeps its error', async () => {
    decodeFetchesSafely();
    expect((await response().decode(fetchResponse(1, Buffer.alloc(0)))).responses[0]?.partitions[0]).toMatchObject({
      errorCode: 1,
    });
  });

  it('openDamageBook counts a damaged batch once, even if it is fetched again, and logs its topic, partition and offsets', async () => {
    decodeFetchesSafely();
    const lines: object[] = [];
    const book = openDamageBook({ error: (line: object) => lines.push(line) } as never);
    const damaged = batch(4);
    damaged[headerBytes + 3]! ^= 1;
    for (let n = 0; n < 3; n += 1) await response().decode(fetchResponse(0, damaged));
    book.close();
    await response().decode(fetchResponse(0, batch(0).fill(0xff, 70)));
    expect(book.total).toBe(1);
    expect([...book.batches]).toEqual([['alarms', 1]]);
    expect(lines).toMatchObject([
      { topic: 'alarms', partition: 3, firstOffset: '4', lastOffset: '7', reason: 'checksum' },
    ]);
  });
});
