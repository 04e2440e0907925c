/**
 * Reads partitions from given offsets up to their current ends, without a shared group. A process does this to rebuild
 * its state before it reads new records.
 */
import { type EachBatchPayload, type Kafka, PartitionAssigners } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import { type LogRecord, logRecordOf } from './log-record.ts';

/**
 * The first offset to read, by partition. If Kafka has deleted this record already, reading begins at the first record
 * that exists.
 */
export type Starts = ReadonlyMap<number, bigint>;
export type LogEnds = { readonly low: bigint; readonly high: bigint };

export type PartitionReader = {
  /** Returns the current start and end of each partition of a topic. */
  readEnds(topic: KafkaTopic): Promise<ReadonlyMap<number, LogEnds>>;
  /** Returns the offsets that a group has committed. A partition without a committed offset is absent. */
  committedOffsets(group: string, topics: readonly KafkaTopic[]): Promise<ReadonlyMap<TopicPartition, bigint>>;
  /**
   * Calls `onRecord` for every record from `starts` to the current ends, and returns the ends. Only one call may run at
   * a time. For a partition in `stops`, the reading ends before that offset.
   */
  read(
    topic: KafkaTopic,
    starts: Starts,
    onRecord: (partition: number, record: LogRecord) => void,
    stops?: Starts,
  ): Promise<ReadonlyMap<number, LogEnds>>;
  close(): Promise<void>;
};

type CurrentRead = {
  readonly topic: KafkaTopic;
  readonly positions: Map<number, bigint>;
  readonly ends: ReadonlyMap<number, LogEnds>;
  readonly onRecord: (partition: number, record: LogRecord) => void;
  readonly done: () => void;
};

/** Opens a reader. @param options.group name of a group that no other process uses */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function openPartitionReader(
  kafka: Kafka,
  options: { readonly group: string; readonly topics: readonly KafkaTopic[]; readonly log: Logger },
): Promise<PartitionReader> {
  const { topics, log } = options;
  const admin = kafka.admin();
  const consumer = kafka.consumer({
    groupId: options.group,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 4_194_304,
    allowAutoTopicCreation: false,
    partitionAssigners: [PartitionAssigners.roundRobin],
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      retries: Number.MAX_SAFE_INTEGER,
      restartOnFailure: async () => true,
    },
  });
  let currentRead: CurrentRead | undefined;
  const { promise: joined, resolve: setJoined } = Promise.withResolvers<void>();

  consumer.on(consumer.events.GROUP_JOIN, () => {
    consumer.pause(topics.map((topic) => ({ topic })));
    if (currentRead) seekAndResume(currentRead);
    setJoined();
  });
  // Compaction may leave a batch without records. kafkajs does not call `eachBatch` for such a batch, so this listener
  // moves the position.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (currentRead && payload.topic === currentRead.topic && payload.lastOffset !== null)
      advance(currentRead, payload.partition, BigInt(payload.lastOffset) + 1n);
  });

  function advance(current: CurrentRead, partition: number, next: bigint): void {
    const position = current.positions.get(partition);
    const end = current.ends.get(partition)?.high;
    if (position === undefined || end === undefined || next <= position) return;
    if (next < end) {
      current.positions.set(partition, next);
      return;
    }
    current.positions.delete(partition);
    consumer.pause([{ topic: current.topic, partitions: [partition] }]);
    if (current.positions.size === 0) current.done();
  }

  function seekAndResume({ topic, positions }: CurrentRead): void {
    for (const [partition, offset] of positions) consumer.seek({ topic, partition, offset: String(offset) });
    consumer.resume([{ topic, partitions: [...positions.keys()] }]);
  }

  async function eachBatch({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    const current = currentRead;
    if (!current || isStale() || batch.topic !== current.topic) return;
    const position = current.positions.get(batch.partition);
    const end = current.ends.get(batch.partition)?.high;
    if (position === undefined || end === undefined) return;
    const fetchedMs = performance.now();
    for (const message of batch.messages) {
      const offset = BigInt(message.offset);
      if (offset >= position && offset < end) current.onRecord(batch.partition, logRecordOf(message, fetchedMs));
    }
    resolveOffset(batch.lastOffset());
    advance(current, batch.partition, BigInt(batch.lastOffset()) + 1n);
    await heartbeat();
  }

  async function readEnds(topic: KafkaTopic): Promise<ReadonlyMap<number, LogEnds>> {
    const rows = await admin.fetchTopicOffsets(topic);
    return new Map(rows.map((row) => [row.partition, { low: BigInt(row.low), high: BigInt(row.high) }]));
  }

  await admin.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({ eachBatch, autoCommit: false, eachBatchAutoResolve: false });
  await joined;

  return {
    readEnds,
    async committedOffsets(group, wanted) {
      const rows = await admin.fetchOffsets({ groupId: group, topics: [...wanted] });
      return new Map(
        rows.flatMap(({ topic, partitions }) =>
          partitions
            .filter(({ offset }) => BigInt(offset) >= 0n)
            .map(({ partition, offset }): [TopicPartition, bigint] => [
              `${topic as KafkaTopic}/${partition}`,
              BigInt(offset),
            ]),
        ),
      );
    },
    async read(topic, starts, onRecord, stops) {
      if (currentRead) throw new Error('Another read is running.');
      const currentEnds = endsBefore(await readEnds(topic), stops);
      const positions = new Map<number, bigint>();
      for (const [partition, start] of starts) {
        const { low, high } = currentEnds.get(partition) ?? { low: 0n, high: 0n };
        const from = start < low ? low : start;
        if (from < high) positions.set(partition, from);
      }
      if (positions.size === 0) return currentEnds;
      const { promise, resolve: done } = Promise.withResolvers<void>();
      currentRead = { topic, positions, ends: currentEnds, onRecord, done };
      seekAndResume(currentRead);
      await promise;
      currentRead = undefined;
      consumer.pause([{ topic }]);
      return currentEnds;
    },
    async close() {
      await consumer.disconnect();
      await admin.disconnect();
      log.debug({ group: options.group }, 'private reader closed');
    },
  };
}

function endsBefore(ends: ReadonlyMap<number, LogEnds>, stops: Starts = new Map()): ReadonlyMap<number, LogEnds> {
  return new Map(
    [...ends].map(([partition, { low, high }]) => {
      const stop = stops.get(partition) ?? high;
      return [partition, { low, high: stop < high ? stop : high }];
    }),
  );
}
