/** The records that wait for one partition, in order. Plain data that the appender changes in place. */
import type { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { BatchRecord } from './record-batch.ts';

/** Where a record is. */
export type Appended = { readonly partition: number; readonly offset: bigint };

/** Called once: with the error, or with the place of the record. */
export type Settle = (error: VigilError | undefined, appended?: Appended) => void;

export type Waiting = BatchRecord & {
  /** With Kafka's overhead. */
  readonly bytes: number;
  readonly settle: Settle;
};

export type Lane = {
  readonly topic: KafkaTopic;
  readonly partition: number;
  queue: Waiting[];
  /** The batch that is being sent; it comes before the queue. Empty if nothing is being sent. */
  batch: readonly Waiting[];
  /** A request with the batch is under way. */
  busy: boolean;
  /** When the batch was first tried. */
  sinceMs: number;
  /** When the next attempt may begin, and how long the wait after it is. */
  notBeforeMs: number;
  retryMs: number;
  lastOffset: bigint;
};

export function createLane(topic: KafkaTopic, partition: number): Lane {
  return {
    topic,
    partition,
    queue: [],
    batch: [],
    busy: false,
    sinceMs: 0,
    notBeforeMs: 0,
    retryMs: 0,
    lastOffset: -1n,
  };
}

/** Takes the first records of the queue: at least one, then up to this many bytes. */
export function takeBatch(lane: Lane, bytesMax: number): Waiting[] {
  let bytes = 0;
  let records = 0;
  for (const waiting of lane.queue) {
    bytes += waiting.bytes;
    if (bytes > bytesMax && records > 0) break;
    records += 1;
  }
  if (records === lane.queue.length) {
    const all = lane.queue;
    lane.queue = [];
    return all;
  }
  return lane.queue.splice(0, records);
}

/** Returns how much waits, by topic. */
export function depthsOf(lanes: Iterable<Lane>): Map<KafkaTopic, { records: number; bytes: number }> {
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
