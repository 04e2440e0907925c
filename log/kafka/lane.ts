/**
 * The lane of a partition: its records that Kafka has not acknowledged yet, in order. The appender changes lanes in
 * place.
 */
import type { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { BatchRecord } from './record-batch.ts';

export type AppendPosition = { readonly partition: number; readonly offset: bigint };

/** Called once for each record, with the error, or with the partition and offset of the record. */
export type Settle = (error: VigilError | undefined, appended?: AppendPosition) => void;

export type WaitingRecord = BatchRecord & {
  /** Size of the record with Kafka's overhead. */
  readonly bytes: number;
  readonly settle: Settle;
};

export type Lane = {
  readonly topic: KafkaTopic;
  readonly partition: number;
  queue: WaitingRecord[];
  /** The records that are sent next or are being sent. They come before the queue. */
  batch: readonly WaitingRecord[];
  /** Whether a request with the batch, or a request for the leader of the partition, is in flight. */
  isBusy: boolean;
  /** When the batch was first sent, in ms of `performance.now()`, like all times of a lane. */
  sinceMs: number;
  /** Time before which the next attempt may not begin. */
  notBeforeMs: number;
  /** Wait after the next failed attempt. */
  retryMs: number;
  lastOffset: bigint;
};

export function createLane(topic: KafkaTopic, partition: number): Lane {
  return {
    topic,
    partition,
    queue: [],
    batch: [],
    isBusy: false,
    sinceMs: 0,
    notBeforeMs: 0,
    retryMs: 0,
    lastOffset: -1n,
  };
}

/**
 * Removes and returns the first records of the queue: as many as fit into `bytesMax` bytes, but at least one record.
 */
export function takeBatch(lane: Lane, bytesMax: number): WaitingRecord[] {
  let bytes = 0;
  let records = 0;
  for (const waiting of lane.queue) {
    bytes += waiting.bytes;
    if (bytes > bytesMax && records > 0) break;
    records += 1;
  }
  if (records === lane.queue.length) {
    const allRecords = lane.queue;
    lane.queue = [];
    return allRecords;
  }
  return lane.queue.splice(0, records);
}

/** Returns the number of records and bytes that are not acknowledged, by topic. */
export function backlogByTopic(lanes: Iterable<Lane>): Map<KafkaTopic, { records: number; bytes: number }> {
  const depths = new Map<KafkaTopic, { records: number; bytes: number }>();
  for (const { topic, queue, batch } of lanes) {
    const depth = depths.get(topic) ?? { records: 0, bytes: 0 };
    for (const waiting of [batch, queue]) {
      depth.records += waiting.length;
      for (const { bytes } of waiting) depth.bytes += bytes;
    }
    depths.set(topic, depth);
  }
  return depths;
}
