/**
 * Replaces the decoder of kafkajs for fetched batches, because kafkajs cannot skip a damaged batch: kafkajs fails at
 * the same offset again and again. A batch is damaged if a disk changed a bit, or if it has a compression that kafkajs
 * does not know. This code verifies the checksum of each batch. It returns the records that can be decoded, and reports
 * the damage. Then the reader continues after the damaged batch.
 */

import { createRequire } from 'node:module';
import { crc32c } from '@node-rs/crc32';
import {
  afterLengthAt,
  batchHeaderBytes,
  checksumAt,
  checksumCoversFrom,
  lastDeltaAt,
  lengthAt,
  magicAt,
} from './batch-layout.ts';

export type Damage = {
  readonly topic: string;
  readonly partition: number;
  /** First and last offset of the batch. Undefined if unknown, because the header of the batch is damaged. */
  readonly firstOffset: bigint | undefined;
  readonly lastOffset: bigint | undefined;
  /**
   * `checksum`: the bytes were changed. `undecodable`: the checksum is right, but kafkajs cannot decode the batch.
   * `header`: the length or the format is impossible. `broker`: the broker reports that its file is damaged.
   */
  readonly reason: 'checksum' | 'undecodable' | 'header' | 'broker';
  /** Number of records of the batch that are returned anyway. Decryption shows whether their content was changed. */
  readonly savedRecords: number;
};

/** A record as kafkajs decodes it. kafkajs hands out no control records, but continues after their offset. */
export type DecodedRecord = {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: string;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly inTransaction: boolean; readonly producerId: string };
};

export type FetchedPartition = { readonly topic: string; readonly partition: number };
type DamageListener = (damage: Damage) => void;

/** Smallest value of the length field: a batch without records. */
const lengthMin = batchHeaderBytes - afterLengthAt;
/** Largest possible number of records in a batch. A larger number means that the header is damaged. */
const lastDeltaMax = 1_000_000;
/** Offset of a placeholder if the real offset is unknown: kafkajs then continues one offset further. */
const unknownOffset = 0n;

const listeners = new Set<DamageListener>();

/** Calls the listener each time this process fetches a damaged batch. Returns a function that removes the listener. */
export function onDamagedBatch(listener: DamageListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Returns the records in the bytes of a fetched partition, in order. The last batch may be cut off, because the size of
 * Kafka's answer is limited. The first batch is never cut off.
 * @param decode the decoder of kafkajs for one batch
 */
export async function readBatches(
  bytes: Buffer,
  topicPartition: FetchedPartition,
  decode: (batch: Buffer) => Promise<DecodedRecord[]>,
  report: DamageListener,
): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = [];
  for (let at = 0; bytes.length - at >= afterLengthAt + lengthMin; ) {
    const end = endOf(bytes, at);
    if (end === undefined || bytes[at + magicAt] !== 2) {
      // If this batch is not the first, it is probably only cut off. If it is damaged, it comes first in the next
      // answer.
      if (at > 0) break;
      const next = nextUndamagedBatch(bytes, at + 1);
      const lastOffset = next === undefined ? undefined : bytes.readBigInt64BE(next) - 1n;
      report({ ...topicPartition, firstOffset: undefined, lastOffset, reason: 'header', savedRecords: 0 });
      records.push(placeholder(lastOffset ?? unknownOffset));
      if (next === undefined) break;
      at = next;
      continue;
    }
    const realEnd = realEndOf(bytes, at, end);
    records.push(...(await readBatch(bytes, at, realEnd, topicPartition, decode, report)));
    at = realEnd;
  }
  return records;
}

/**
 * Returns the real end of a batch. `end` is the end according to the length field. This field may be wrong, because the
 * checksum does not cover it. If the checksum of the batch is wrong, the batch ends at the next undamaged batch in two
 * cases: that batch begins before `end`, or no batch can begin at `end`.
 */
function realEndOf(bytes: Buffer, at: number, end: number): number {
  if (isChecksumRight(bytes, at, end)) return end;
  const next = nextUndamagedBatch(bytes, at + 1);
  if (next === undefined || !canFollow(bytes, at, next)) return end;
  const isNextCutOff = bytes.length - end < afterLengthAt + lengthMin;
  const canNextBegin = isNextCutOff || (bytes[end + magicAt] === 2 && canFollow(bytes, at, end));
  return next < end || !canNextBegin ? next : end;
}

function canFollow(bytes: Buffer, at: number, later: number): boolean {
  const offsetDifference = bytes.readBigInt64BE(later) - bytes.readBigInt64BE(at);
  return offsetDifference > 0n && offsetDifference <= BigInt(lastDeltaMax);
}

async function readBatch(
  bytes: Buffer,
  at: number,
  end: number,
  topicPartition: FetchedPartition,
  decode: (batch: Buffer) => Promise<DecodedRecord[]>,
  report: DamageListener,
): Promise<DecodedRecord[]> {
  const firstOffset = bytes.readBigInt64BE(at);
  const lastOffset = lastOffsetOf(bytes, at, end);
  const isLengthRight = endOf(bytes, at) === end;
  const isUndamaged = isLengthRight && isChecksumRight(bytes, at, end);
  const batch = isLengthRight ? bytes.subarray(at, end) : Buffer.from(bytes.subarray(at, end));
  if (!isLengthRight) batch.writeInt32BE(end - at - afterLengthAt, lengthAt);
  let decoded: DecodedRecord[] | undefined;
  try {
    decoded = await decode(batch);
  } catch {
    decoded = undefined;
  }
  // Compaction may leave a batch without records. A placeholder lets kafkajs continue after this batch.
  if (isUndamaged && decoded !== undefined) return decoded.length > 0 ? decoded : [placeholder(lastOffset)];
  const saved = plausibleRecords(decoded ?? [], firstOffset, lastOffset);
  const reason = isUndamaged ? 'undecodable' : 'checksum';
  report({ ...topicPartition, firstOffset, lastOffset, reason, savedRecords: saved.length });
  return [...saved, placeholder(lastOffset)];
}

/**
 * Returns the records with a plausible offset and with a value. A tombstone is left out, because nothing proves that it
 * is undamaged.
 */
function plausibleRecords(records: readonly DecodedRecord[], first: bigint, last: bigint): DecodedRecord[] {
  let nextOffset = first;
  return records.filter(({ offset, value, isControlRecord }) => {
    const recordOffset = BigInt(offset);
    if (isControlRecord || value === null || recordOffset < nextOffset || recordOffset > last) return false;
    nextOffset = recordOffset + 1n;
    return true;
  });
}

/** Returns a control record, which makes kafkajs continue after this offset. */
function placeholder(offset: bigint): DecodedRecord {
  return {
    offset: String(offset),
    key: null,
    value: null,
    timestamp: '0',
    headers: {},
    isControlRecord: true,
    batchContext: { inTransaction: false, producerId: '-1' },
  };
}

/** Returns where the batch at `at` ends; undefined if it does not end within the bytes. */
function endOf(bytes: Buffer, at: number): number | undefined {
  const length = bytes.readInt32BE(at + lengthAt);
  const end = at + afterLengthAt + length;
  return length >= lengthMin && end <= bytes.length ? end : undefined;
}

function isChecksumRight(bytes: Buffer, at: number, end: number): boolean {
  return crc32c(bytes.subarray(at + checksumCoversFrom, end)) === bytes.readUInt32BE(at + checksumAt);
}

/** Returns the last offset of a batch, which is always below the first offset of an undamaged batch at `end`. */
function lastOffsetOf(bytes: Buffer, at: number, end: number): bigint {
  const first = bytes.readBigInt64BE(at);
  const delta = bytes.readInt32BE(at + lastDeltaAt);
  const isPossible = delta >= 0 && delta <= lastDeltaMax;
  const nextFirst = isUndamagedBatchAt(bytes, end) ? bytes.readBigInt64BE(end) : undefined;
  const last = isPossible ? first + BigInt(delta) : undefined;
  if (nextFirst === undefined || nextFirst <= first) return last ?? first;
  return last !== undefined && last < nextFirst ? last : nextFirst - 1n;
}

function isUndamagedBatchAt(bytes: Buffer, at: number): boolean {
  if (bytes.length - at < afterLengthAt + lengthMin || bytes[at + magicAt] !== 2) return false;
  const end = endOf(bytes, at);
  return end !== undefined && isChecksumRight(bytes, at, end);
}

/** Returns the position of the next undamaged batch. */
function nextUndamagedBatch(bytes: Buffer, from: number): number | undefined {
  for (let at = from; bytes.length - at >= afterLengthAt + lengthMin; at += 1)
    if (isUndamagedBatchAt(bytes, at)) return at;
  return undefined;
}

type Decoder = {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readString(): string;
  readArray<T>(read: (decoder: Decoder) => T): T[];
  readArrayAsync<T>(read: (decoder: Decoder) => Promise<T>): Promise<T[]>;
  readBytes(count: number): Buffer;
  canReadBytes(count: number): boolean;
};

/** kafkajs uses this version of the fetch answer with every broker that Vigil supports. */
const fetchVersion = 'v11';
/** Kafka's `CORRUPT_MESSAGE`. */
const corruptMessage = 2;

/** Makes kafkajs decode fetched batches with `readBatches`. Call this once per process. */
export function decodeFetchesSafely(): void {
  const require = createRequire(import.meta.url);
  const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
  const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
    decoder: Decoder,
  ) => Promise<{ records: DecodedRecord[] }>;
  const fetchResponse = require(`kafkajs/src/protocol/requests/fetch/${fetchVersion}/response`) as {
    decode: (bytes: Buffer) => Promise<unknown>;
  };
  const decode = async (bytes: Buffer) => (await decodeBatch(new Decoder(bytes))).records;
  const report: DamageListener = (damage) => {
    for (const listener of listeners) listener(damage);
  };
  fetchResponse.decode = (bytes) =>
    decodeFetchAnswer(
      new Decoder(bytes),
      (records, topicPartition) => readBatches(records, topicPartition, decode, report),
      report,
    );
}

/**
 * Fetch Response (Version: 11) => throttle_time_ms error_code session_id [responses]
 * responses => topic [partition error_code high_watermark last_stable_offset log_start_offset [producer_id
 * first_offset]
 *     preferred_read_replica records]
 */
async function decodeFetchAnswer(
  decoder: Decoder,
  readRecords: (bytes: Buffer, topicPartition: FetchedPartition) => Promise<DecodedRecord[]>,
  report: DamageListener,
) {
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const responses = await decoder.readArrayAsync(async (inTopic) => {
    const topicName = inTopic.readString();
    const partitions = await inTopic.readArrayAsync(async (row) => {
      const partition = row.readInt32();
      const topicPartition = { topic: topicName, partition };
      const code = row.readInt16();
      const head = {
        partition,
        highWatermark: row.readInt64().toString(),
        lastStableOffset: row.readInt64().toString(),
        lastStartOffset: row.readInt64().toString(),
        abortedTransactions: row.readArray((transaction) => ({
          producerId: transaction.readInt64().toString(),
          firstOffset: transaction.readInt64().toString(),
        })),
        preferredReadReplica: row.readInt32(),
      };
      const size = row.readInt32();
      const messages = size > 0 && row.canReadBytes(size) ? await readRecords(row.readBytes(size), topicPartition) : [];
      if (code !== corruptMessage) return { ...head, errorCode: code, messages };
      report({ ...topicPartition, firstOffset: undefined, lastOffset: undefined, reason: 'broker', savedRecords: 0 });
      return { ...head, errorCode: 0, messages: [placeholder(unknownOffset)] };
    });
    return { topicName, partitions };
  });
  // The broker expects the client to wait for `clientSideThrottleTime`, and kafkajs does so. kafkajs does not use
  // `throttleTime`.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}
