/**
 * Reads the records of a period from one topic. Reads only one partition if the key is known, and stops at the end of
 * the period.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { minuteMs } from '../../contracts/durations.ts';
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import { partitionOf } from '../kafka/connect.ts';
import { readLogEnds, readOffsetsSince } from '../kafka/log-ends.ts';
import { createReader, type RecordBatch } from '../kafka/reader.ts';
import type { SealedLog } from '../sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../sealed-reading.ts';

export type Span = {
  readonly topic: KafkaTopic;
  /** Only records with this key are read, from their partition. Without a key, all partitions are read. */
  readonly key?: string;
  readonly sinceMs: number;
  /** Returns the end of the period. Called after each batch, because the records so far may change this end. */
  readonly untilMs: () => number;
  /** Selects the types of records that are opened. */
  readonly isWantedType?: (contentType: string) => boolean;
  /** Called for each wanted record that could not be opened. */
  readonly onLeftOut?: () => void;
};

export type ReadContext = {
  readonly log: SealedLog;
  readonly logger: Logger;
  /** Called for each batch, with the number of its records, to show the progress. */
  readonly onBatch: (recordCount: number) => void;
  /** Ends the reading early; the function then throws the reason. */
  readonly signal?: AbortSignal;
  /** Called after some records. The dashboard does its other work during this call. */
  readonly pause?: () => Promise<unknown>;
};

/** The times in a partition may be out of order by this much, because the clocks of its writers differ (ours). */
const disorderMs = minuteMs;

/** After this number of opened records, `pause` is called: a few ms of work. */
const pauseEveryRecords = 200;

/**
 * Calls `onRecord` for each record of the period that could be opened. A record for which `onRecord` throws is left
 * out.
 * @returns whether the log still had the whole period, and every wanted record could be opened and handled
 */
export async function readSpan(
  { log, logger, onBatch, signal, pause }: ReadContext,
  { topic, key, sinceMs, untilMs, isWantedType, onLeftOut }: Span,
  onRecord: (read: ReadRecord, appendedMs: number) => void,
): Promise<boolean> {
  const reading = createSealedReading({
    ...{ open: log.open, log: logger, leftOutOf: 'the explanation', missingKeys: 'remember' },
    ...(isWantedType && { wants: isWantedType }),
    ...(onLeftOut && { onLeftOut }),
  });
  const wantedPartition = key === undefined ? undefined : partitionOf(topic, key);
  const isWantedPartition = (partition: number) => wantedPartition === undefined || partition === wantedPartition;
  const unfinished = new Set<number>();
  let reachesBack = true;
  const { promise: finished, resolve: setFinished, reject: fail } = Promise.withResolvers<void>();
  // If the caller ends the reading while the reader still opens, nothing waits for this promise yet. An unhandled
  // rejection would then end the process.
  finished.catch(() => {});

  async function chooseOffsets(partitions: ReadonlyMap<KafkaTopic, readonly number[]>) {
    const ends = await readLogEnds(log.kafka, partitions);
    const firstOffsets = await readOffsetsSince(log.kafka, [topic], sinceMs);
    const chosen = new Map<TopicPartition, string>();
    for (const [topicPartition, { low, high }] of ends) {
      const partition = Number(topicPartition.split('/')[1]);
      const first = firstOffsets.get(topicPartition) ?? low;
      if (isWantedPartition(partition)) {
        unfinished.add(partition);
        if (low > 0n && first <= low) reachesBack = false;
      }
      chosen.set(topicPartition, String(isWantedPartition(partition) ? first : high));
    }
    return chosen;
  }

  async function takeBatch(batch: RecordBatch): Promise<void> {
    if (!unfinished.has(batch.partition)) return;
    onBatch(batch.records.length);
    const wanted = batch.records.filter((record) => record.value !== null && (key === undefined || record.key === key));
    try {
      for (let start = 0; start < wanted.length; start += pauseEveryRecords) {
        if (signal?.aborted) return;
        const slice = wanted.slice(start, start + pauseEveryRecords);
        const reads = await Promise.all(slice.map((record) => reading.read(batch, record)));
        for (const [index, { timestampMs }] of slice.entries()) {
          const read = reads[index];
          if (read === undefined || timestampMs < sinceMs || timestampMs > untilMs()) continue;
          // A record that the caller cannot handle must not keep the other records from the caller.
          reading.attempt(batch, slice[index]!, () => onRecord(read, timestampMs));
        }
        await pause?.();
      }
    } catch (error) {
      // If this function threw the error, the reader would read the same batch again.
      fail(error);
    }
    const isOver = (batch.records.at(-1)?.timestampMs ?? 0) > untilMs() + disorderMs;
    if (isOver) unfinished.delete(batch.partition);
    if (unfinished.size === 0) setFinished();
  }

  signal?.throwIfAborted();
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const group = `${log.service}-explain-${randomUUID()}`;
  const options = { group, topics: [topic], start: { sinceMs }, log: logger, onAssigned: chooseOffsets } as const;
  const reader = await createReader(log.kafka, { ...options, onRecords: takeBatch });
  try {
    await Promise.race([reader.caughtUp, finished]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await reader.close();
  }
  return reachesBack && reading.leftOutCount() === 0;
}
