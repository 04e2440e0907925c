/**
 * Reads from Kafka with a consumer group. Keeps the positions itself, because kafkajs forgets them at every rebalance.
 * If an offset is out of range, kafkajs goes to the beginning of the partition, or to the end if `start` is `end`.
 */
import { type EachBatchPayload, type Kafka, PartitionAssigners } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import { attempt, runAfter } from '../../process/timer-tasks.ts';
import { copartition } from './copartition.ts';
import { startHeartbeats } from './heartbeats.ts';
import { type EndsByPartition, readCommitted, readLogEnds, readOffsetsSince } from './log-ends.ts';
import { type LogRecord, logRecordOf } from './log-record.ts';
import { recordMember, removePredecessor } from './predecessor.ts';
import { createReadAheadQueue, type ReadAheadQueue } from './read-ahead.ts';

export type RecordBatch = {
  readonly topic: KafkaTopic;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly highWatermark: string;
};

export type ReaderOptions = {
  /** Name of the group. Begins with the name of the service (ACL). A process alone in a group gets all records. */
  readonly group: string;
  readonly topics: readonly KafkaTopic[];
  /**
   * Where to begin. `committed` and `committedOrSinceMs` are for shared groups: reading begins at the committed offset.
   * Without a committed offset, `committed` begins at the first record, and `committedOrSinceMs` at the first record
   * from the given time on. The other values are for a group of a single process, which commits nothing.
   */
  readonly start:
    | 'beginning'
    | 'end'
    | 'committed'
    | { readonly sinceMs: number }
    | { readonly committedOrSinceMs: number };
  /** Whether one member of the group gets partition p of every topic (copartition.ts). */
  readonly copartitioned?: boolean;
  /** Whether to fetch the next records while `onRecords` still runs (read-ahead.ts). For readers with a backlog. */
  readonly readsAhead?: boolean;
  /** File with the group member of this process, so that its next start after a crash is faster (predecessor.ts). */
  readonly memberFile?: string;
  /** Called at each assignment, before its records are handed out. May return other offsets at which to begin. */
  readonly onAssigned?: (
    partitions: ReadonlyMap<KafkaTopic, readonly number[]>,
  ) => Promise<ReadonlyMap<TopicPartition, string> | undefined>;
  /** Called when the group rebalances. Another assignment follows. */
  readonly onRevoked?: () => void;
  /** Called for each batch. The next batch waits for the result. If the result rejects, the batch comes again. */
  readonly onRecords: (batch: RecordBatch) => Promise<void> | void;
  /** Called when all records before `nextOffset` were handed out or skipped as damaged; in order with `onRecords`. */
  readonly onReached?: (topic: KafkaTopic, partition: number, nextOffset: bigint) => void;
  readonly log: Logger;
};

export type Reader = {
  /** Resolves when all records that were in the partitions at the first assignment were handed out. */
  readonly caughtUp: Promise<void>;
  /**
   * Resolves when all records up to the present ends were handed out. Only for readers that start at the beginning.
   * @param signal ends the waiting early
   * @returns the ends of the partitions at the call
   */
  reachEnd(signal?: AbortSignal): Promise<ReadonlyMap<TopicPartition, bigint>>;
  /**
   * Commits the next offsets to read. Only one call may run at a time.
   * @throws Error of kafkajs; VigilError `log-unavailable` if Kafka did not accept the offsets, or after a rebalance
   */
  commit(offsets: readonly { topic: KafkaTopic; partition: number; offset: string }[]): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
};

const sessionTimeoutMs = 6_000;
const retryMaxMs = 5_000;
/** Longest wait for leaving the group. A broker that is down never answers, but the process must end. */
const disconnectMsMax = 3_000;
/** Wait before the restart of a consumer that kafkajs stopped after an error. The wait doubles at each attempt. */
const restartMsMin = 1_000;
const restartMsMax = 60_000;
const positionCheckMs = 10;
/** While more bytes than this wait to be handed out, nothing is fetched: about the size of one fetch. */
const aheadBytesMax = 10_000_000;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function createReader(kafka: Kafka, options: ReaderOptions): Promise<Reader> {
  const { log, topics } = options;
  const readAheadQueue: ReadAheadQueue | undefined = options.readsAhead
    ? createReadAheadQueue(aheadBytesMax)
    : undefined;
  const firstSinceMs =
    typeof options.start === 'object' && 'committedOrSinceMs' in options.start
      ? options.start.committedOrSinceMs
      : undefined;
  const startsAtCommitted = options.start === 'committed' || firstSinceMs !== undefined;
  const consumer = kafka.consumer({
    groupId: options.group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 1_000,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: 1_048_576,
    maxBytes: 8_388_608,
    allowAutoTopicCreation: false,
    partitionAssigners: [options.copartitioned ? copartition : PartitionAssigners.roundRobin],
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      retries: Number.MAX_SAFE_INTEGER,
      restartOnFailure: async () => true,
    },
  });
  /** The next offset to hand out, by partition. */
  const positions = new Map<TopicPartition, string>();
  /** The end of each partition at the first assignment. A partition is removed when the reader has reached this end. */
  let endsToReach: Map<TopicPartition, bigint> | undefined;
  let assignedPartitions: ReadonlyMap<KafkaTopic, number[]> = new Map();
  let assignment: Promise<void> = Promise.resolve();
  let generation = 0;
  /** Number of accepted commits. While kafkajs restarts the consumer, a commit does nothing and reports no error. */
  let commitsAccepted = 0;
  let isClosed = false;
  /** Wait before the next restart of the consumer. It is reset when a batch is handed out. */
  let restartMs = restartMsMin;
  const { promise: caughtUp, resolve: setCaughtUp } = Promise.withResolvers<void>();

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    generation += 1;
    const ownGeneration = generation;
    if (options.memberFile) recordMember(options.memberFile, options.group, payload.memberId, log);
    assignment = retry(
      () => assign(payload.memberAssignment as Record<KafkaTopic, number[]>, ownGeneration),
      () => ownGeneration !== generation || isClosed,
    );
  });
  // A transaction leaves markers in the log, which are not records. For a batch with only markers, kafkajs does not
  // call `eachBatch`, so this listener moves the position. If the reader begins at the end, the listener does nothing,
  // because perhaps no position has been set yet.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0 || payload.lastOffset === null || options.start === 'end') return;
    const topicPartition: TopicPartition = `${payload.topic as KafkaTopic}/${payload.partition}`;
    const nextOffset = BigInt(payload.lastOffset) + 1n;
    const ownGeneration = generation;
    const movePosition = () => {
      const position = positions.get(topicPartition);
      if (ownGeneration === generation && position !== undefined && nextOffset > BigInt(position))
        moveTo(topicPartition, nextOffset);
    };
    // Earlier records may still wait in the queue.
    if (readAheadQueue) void readAheadQueue.put([], async () => movePosition());
    else movePosition();
  });
  consumer.on(consumer.events.COMMIT_OFFSETS, () => void commitsAccepted++);
  consumer.on(consumer.events.REBALANCING, () => options.onRevoked?.());
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart || isClosed) return;
    const error = payload.error.message;
    log.error({ group: options.group, error, restartMs }, 'the reader stopped and starts again');
    runAfter('restart-reader', restartMs, () => retry(begin, () => isClosed));
    restartMs = Math.min(2 * restartMs, restartMsMax);
  });

  async function assign(partitionsByTopic: Record<KafkaTopic, number[]>, ownGeneration: number): Promise<void> {
    const partitions = new Map(Object.entries(partitionsByTopic) as [KafkaTopic, number[]][]);
    assignedPartitions = partitions;
    const ends = await readLogEnds(kafka, partitions);
    const start = startsAtCommitted ? await firstOffsets(partitions, ends) : await startOffsets(partitions, ends);
    const chosenOffsets = (await options.onAssigned?.(partitions)) ?? start;
    if (ownGeneration !== generation) return;
    for (const [topicPartition, offset] of chosenOffsets) seek(topicPartition, offset);
    if (endsToReach) return;
    endsToReach = new Map(
      [...ends]
        .filter(
          ([topicPartition, end]) => end.high > end.low && BigInt(chosenOffsets.get(topicPartition) ?? -1) < end.high,
        )
        .map(([topicPartition, end]) => [topicPartition, end.high]),
    );
    if (startsAtCommitted)
      for (const [topicPartition, offset] of await readCommitted(kafka, options.group, topics))
        noteReached(topicPartition, BigInt(offset));
    if (endsToReach.size === 0) setCaughtUp();
  }

  /** Returns the first offsets for partitions in which a shared group has committed nothing. */
  async function firstOffsets(
    partitions: ReadonlyMap<KafkaTopic, number[]>,
    ends: EndsByPartition,
  ): Promise<Map<TopicPartition, string>> {
    if (firstSinceMs === undefined) return new Map();
    const offsetsAtTime = await readOffsetsSince(kafka, [...partitions.keys()], firstSinceMs);
    const committed = new Map(await readCommitted(kafka, options.group, topics));
    const uncommitted = [...ends].filter(([topicPartition]) => BigInt(committed.get(topicPartition) ?? -1) < 0n);
    return new Map(
      uncommitted.map(([topicPartition, { low }]) => [
        topicPartition,
        String(offsetsAtTime.get(topicPartition) ?? low),
      ]),
    );
  }

  async function startOffsets(
    partitions: ReadonlyMap<KafkaTopic, number[]>,
    ends: EndsByPartition,
  ): Promise<Map<TopicPartition, string>> {
    const start = new Map<TopicPartition, string>();
    const offsetsAtTime =
      // The time of a record may be later than its steady time, so some records from before `sinceMs` are read too.
      typeof options.start === 'object' && 'sinceMs' in options.start
        ? await readOffsetsSince(kafka, [...partitions.keys()], options.start.sinceMs)
        : undefined;
    for (const [topicPartition, { low, high }] of ends) {
      const position = positions.get(topicPartition);
      const firstOffset = options.start === 'end' ? high : (offsetsAtTime?.get(topicPartition) ?? low);
      start.set(topicPartition, position ?? String(firstOffset));
    }
    return start;
  }

  function seek(topicPartition: TopicPartition, offset: string): void {
    const [topic, partition] = topicPartition.split('/') as [KafkaTopic, string];
    positions.set(topicPartition, offset);
    consumer.seek({ topic, partition: Number(partition), offset });
  }

  function moveTo(topicPartition: TopicPartition, next: bigint): void {
    positions.set(topicPartition, String(next));
    const [topic, partition] = topicPartition.split('/') as [KafkaTopic, string];
    // An error here would end the reading of all partitions.
    attempt('reached', () => options.onReached?.(topic, Number(partition), next));
    noteReached(topicPartition, next);
  }

  function noteReached(topicPartition: TopicPartition, next: bigint): void {
    const end = endsToReach?.get(topicPartition);
    if (end === undefined || next < end) return;
    endsToReach?.delete(topicPartition);
    if (endsToReach?.size === 0) setCaughtUp();
  }

  async function eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const fetchedMs = performance.now();
    const ownGeneration = generation;
    const isOver = () => ownGeneration !== generation || isClosed || !isRunning() || isStale();
    const heartbeatTimer = startHeartbeats(heartbeat, { group: options.group, log });
    try {
      await assignment;
      if (isOver()) return;
      if (readAheadQueue) {
        // From here on, kafkajs counts these records as read. After a rebalance, waiting records are fetched again.
        resolveOffset(batch.lastOffset());
        await readAheadQueue.put(batch.messages, () => handOut(batch, fetchedMs, isOver));
      } else {
        await handOut(batch, fetchedMs, isOver);
        if (!isOver()) resolveOffset(batch.lastOffset());
      }
    } finally {
      clearInterval(heartbeatTimer);
    }
    await heartbeat();
  }

  async function handOut(batch: EachBatchPayload['batch'], fetchedMs: number, isOver: () => boolean): Promise<void> {
    const topic = batch.topic as KafkaTopic;
    const records = batch.messages.map((message) => logRecordOf(message, fetchedMs));
    if (records.length > 0) {
      const { partition, highWatermark } = batch;
      await retry(async () => options.onRecords({ topic, partition, records, highWatermark }), isOver);
    }
    if (isOver()) return;
    restartMs = restartMsMin;
    moveTo(`${topic}/${batch.partition}`, BigInt(batch.lastOffset()) + 1n);
  }

  async function retry(task: () => Promise<void>, isOver: () => boolean): Promise<void> {
    for (let delayMs = 100; !isOver(); delayMs = Math.min(2 * delayMs, retryMaxMs)) {
      try {
        return await task();
      } catch (error) {
        log.error({ group: options.group, error: (error as Error).message }, 'reading failed, trying again');
        await sleep(delayMs);
      }
    }
  }

  /** Connects to Kafka. Retries while no broker answers. Throws if a broker refuses this client. */
  async function connect(): Promise<void> {
    for (let delayMs = 100; ; delayMs = Math.min(2 * delayMs, retryMaxMs)) {
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning: options.start !== 'end' });
        return;
      } catch (error) {
        const { retriable, message } = error as Error & { retriable?: boolean };
        if (retriable !== true || isClosed) throw error;
        log.warn({ group: options.group, error: message }, 'Kafka is not reached yet, trying again');
        await sleep(delayMs);
      }
    }
  }

  async function begin(): Promise<void> {
    await connect();
    await consumer.run({
      eachBatch,
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
    });
  }
  if (options.memberFile) await removePredecessor(kafka, options.group, options.memberFile, log);
  await begin();

  return {
    caughtUp,
    async reachEnd(signal) {
      const ends = await readLogEnds(kafka, assignedPartitions);
      const isBehind = () =>
        [...ends].some(([topicPartition, { high }]) => BigInt(positions.get(topicPartition) ?? 0) < high);
      while (isBehind() && !isClosed && !signal?.aborted) await sleep(positionCheckMs);
      return new Map([...ends].map(([topicPartition, { high }]) => [topicPartition, high]));
    },
    async commit(offsets) {
      const ownGeneration = generation;
      const acceptedBefore = commitsAccepted;
      await consumer.commitOffsets(offsets.map((row) => ({ ...row })));
      if (ownGeneration !== generation || commitsAccepted === acceptedBefore)
        throw new VigilError('log-unavailable', 'Kafka did not accept the offsets of this assignment.');
    },
    pause: () => consumer.pause(topics.map((topic) => ({ topic }))),
    resume: () => consumer.resume(topics.map((topic) => ({ topic }))),
    async close() {
      isClosed = true;
      await Promise.race([Promise.all([consumer.disconnect(), readAheadQueue?.done()]), sleep(disconnectMsMax)]);
    },
  };
}
