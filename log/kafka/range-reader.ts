/**
 * Reads the records between two offsets of a partition, without a shared group. A process looks up old records with
 * this reader. The connection stays open between two reads, because joining a group takes longer than reading.
 */
import { type EachBatchPayload, type Kafka, PartitionAssigners } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { logAheadMs } from '../../process/system-clock.ts';
import { type LogRecord, logRecordOf } from './log-record.ts';

/** A part of a partition: `from` is included, `to` is not. */
export type OffsetRange = { readonly partition: number; readonly from: bigint; readonly to: bigint };

export type RangeReader = {
  /** Returns the first offset of a partition, and the offset after the last record. */
  ends(partition: number): Promise<{ readonly low: bigint; readonly high: bigint }>;
  /**
   * Returns the first offset of a partition that was appended at `atMs` or later; the next offset if all records are
   * older.
   */
  offsetAt(partition: number, atMs: number): Promise<bigint>;
  /**
   * Calls `onRecords` for each batch of a range, and waits until `onRecords` resolves. Only one call may run at a time.
   * @param onRecords returns false to end the reading early
   * @throws the reason of `signal` if `signal` is aborted, and the errors of `onRecords`
   */
  read(
    range: OffsetRange,
    onRecords: (records: readonly LogRecord[]) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
};

type CurrentRead = {
  readonly range: OffsetRange;
  position: bigint;
  readonly onRecords: (records: readonly LogRecord[]) => Promise<boolean>;
  readonly end: (error?: unknown) => void;
};

/** Opens a reader. @param options.group name of a group that no other process uses */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function openRangeReader(
  kafka: Kafka,
  options: { readonly group: string; readonly topic: KafkaTopic; readonly log: Logger },
): Promise<RangeReader> {
  const { topic, group, log } = options;
  const admin = kafka.admin();
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: 30_000,
    heartbeatInterval: 3_000,
    maxWaitTimeInMs: 50,
    maxBytesPerPartition: 2_097_152,
    allowAutoTopicCreation: false,
    partitionAssigners: [PartitionAssigners.roundRobin],
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      retries: Number.MAX_SAFE_INTEGER,
      restartOnFailure: async () => true,
    },
  });
  let current: CurrentRead | undefined;
  /** The last offset of the batch that `eachBatch` received last, by partition. */
  const passedOn = new Map<number, string>();
  const { promise: joined, resolve: setJoined } = Promise.withResolvers<void>();

  consumer.on(consumer.events.GROUP_JOIN, () => {
    consumer.pause([{ topic }]);
    if (current) begin(current);
    setJoined();
  });
  // A damaged batch may have no records, and a batch with only markers never has records. `eachBatch` is not called for
  // a batch without records. An event about a batch with records is ignored. Such an event may come after the next read
  // has begun, and the next read would then leave out records.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (passedOn.get(payload.partition) === payload.lastOffset) return;
    if (current?.range.partition === payload.partition && payload.lastOffset !== null)
      advance(current, BigInt(payload.lastOffset) + 1n);
  });

  function begin({ range, position }: CurrentRead): void {
    consumer.seek({ topic, partition: range.partition, offset: String(position) });
    consumer.resume([{ topic, partitions: [range.partition] }]);
  }

  function advance(read: CurrentRead, next: bigint): void {
    if (next > read.position) read.position = next;
    if (read.position >= read.range.to) read.end();
  }

  async function eachBatch({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    const read = current;
    passedOn.set(batch.partition, batch.lastOffset());
    if (read === undefined || isStale() || batch.partition !== read.range.partition) return;
    const fetchedMs = performance.now();
    const records = batch.messages
      .filter(({ offset }) => BigInt(offset) >= read.position && BigInt(offset) < read.range.to)
      .map((message) => logRecordOf(message, fetchedMs));
    try {
      const goesOn = await read.onRecords(records);
      resolveOffset(batch.lastOffset());
      if (!goesOn) read.end();
      else if (read === current) advance(read, BigInt(batch.lastOffset()) + 1n);
    } catch (error) {
      // If this function threw the error, kafkajs would read the same batch again.
      read.end(error);
    }
    await heartbeat();
  }

  await admin.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachBatch, autoCommit: false, eachBatchAutoResolve: false });
  await joined;

  return {
    async ends(partition) {
      const row = (await admin.fetchTopicOffsets(topic)).find((entry) => entry.partition === partition);
      return { low: BigInt(row?.low ?? 0), high: BigInt(row?.high ?? 0) };
    },
    async offsetAt(partition, atMs) {
      const logMs = Math.max(0, Math.floor(atMs + logAheadMs()));
      const rows = await admin.fetchTopicOffsetsByTimestamp(topic, logMs);
      return BigInt(rows.find((entry) => entry.partition === partition)?.offset ?? 0);
    },
    async read(range, onRecords, signal) {
      if (current) throw new Error('Another read is running.');
      signal.throwIfAborted();
      if (range.from >= range.to) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const end = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      const onAbort = () => end(signal.reason ?? new Error('The reading was ended.'));
      signal.addEventListener('abort', onAbort, { once: true });
      current = { range, position: range.from, onRecords, end };
      begin(current);
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
        current = undefined;
        consumer.pause([{ topic, partitions: [range.partition] }]);
      }
    },
    async close() {
      await consumer.disconnect();
      await admin.disconnect();
      log.debug({ group }, 'range reader closed');
    },
  };
}
