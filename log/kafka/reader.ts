/**
 * Reads from Kafka with a consumer group. The reader keeps its own positions: kafkajs forgets them at every rebalance and, if an offset
 * is out of range, jumps to its default. Here this default is never the end, unless the caller asked for it.
 */
import { type EachBatchPayload, type Kafka, PartitionAssigners } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import { type Ahead, createAhead } from './ahead.ts';
import { copartition } from './copartition.ts';
import { type Ends, logEnds, offsetsSince } from './log-places.ts';
import { type LogRecord, logRecordOf } from './log-record.ts';
import { leaveForPredecessor, recordMember } from './predecessor.ts';

export type RecordBatch = {
  readonly topic: KafkaTopic;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly highWatermark: string;
};

export type ReaderOptions = {
  /** The group's name begins with the service's (ACL). A name that is unique to the process gives it its own copy of the stream. */
  readonly group: string;
  readonly topics: readonly KafkaTopic[];
  /**
   * Where to start if the group has committed nothing. Except with `committed` and `committedOrSinceMs`, groups are private and commit
   * nothing. `committed` starts at the beginning; `committedOrSinceMs` starts at the records appended since then, by partition.
   */
  readonly start:
    | 'beginning'
    | 'end'
    | 'committed'
    | { readonly sinceMs: number }
    | { readonly committedOrSinceMs: number };
  readonly copartitioned?: boolean;
  /** Fetches the next records while handing out waits for something. For a reader that may find a backlog. */
  readonly readsAhead?: boolean;
  /** File in which this process records which member of the group it is. So after a crash, the next one need not wait for Kafka. */
  readonly memberFile?: string;
  /** Called at each assignment. No record is handed out before it resolves. Returns offsets to start at, if it knows better ones. */
  readonly onAssigned?: (
    partitions: ReadonlyMap<KafkaTopic, readonly number[]>,
  ) => Promise<ReadonlyMap<TopicPartition, string> | undefined>;
  /** The group rebalances: another assignment follows. */
  readonly onRevoked?: () => void;
  /** Awaited, for back pressure. If it throws, the error is logged and the batch is handed out again. */
  readonly onRecords: (batch: RecordBatch) => Promise<void> | void;
  /** Everything before `next` was handed out, or cannot be: a transaction's marker, or damage. Called in order with the records. */
  readonly onReached?: (topic: KafkaTopic, partition: number, next: bigint) => void;
  readonly log: Logger;
};

export type Reader = {
  /** Resolves when everything that was in the assigned partitions at the first assignment was handed out. */
  readonly caughtUp: Promise<void>;
  /**
   * Resolves when everything that is in the assigned partitions now was handed out. For readers that start at the beginning.
   * @returns where the partitions ended when it was called
   */
  reachEnd(): Promise<ReadonlyMap<TopicPartition, bigint>>;
  /**
   * Commits offsets: the next ones to read. One call at a time.
   * @throws Error of kafkajs, or VigilError `log-unavailable` if Kafka did not take the offsets of this assignment
   */
  commit(offsets: readonly { topic: KafkaTopic; partition: number; offset: string }[]): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
};

const sessionTimeoutMs = 6_000;
const retryMaxMs = 5_000;
/** Leaving a group takes a round trip. A broker that is away never answers, but a process that ends must end. */
const disconnectMsMax = 3_000;
/** If kafkajs gives a reader up, it is restarted after this time, doubled for each attempt. */
const restartMsMin = 1_000;
const restartMsMax = 60_000;
const lookEveryMs = 10;
/** Bytes of records that wait to be handed out while more are fetched: about one fetch. */
const aheadBytesMax = 10_000_000;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function createReader(kafka: Kafka, options: ReaderOptions): Promise<Reader> {
  const { log, topics } = options;
  const ahead: Ahead | undefined = options.readsAhead ? createAhead(aheadBytesMax) : undefined;
  const firstSinceMs =
    typeof options.start === 'object' && 'committedOrSinceMs' in options.start
      ? options.start.committedOrSinceMs
      : undefined;
  const committed = options.start === 'committed' || firstSinceMs !== undefined;
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
  /** Where the log ended at the first assignment, for the partitions that are not read up to there. */
  let missing: Map<TopicPartition, bigint> | undefined;
  let assigned: ReadonlyMap<KafkaTopic, number[]> = new Map();
  let assignment: Promise<void> = Promise.resolve();
  let generation = 0;
  /** While its consumer restarts, kafkajs commits nothing and reports no error. Only its event shows that Kafka has the offsets. */
  let commitsTaken = 0;
  let closed = false;
  /** Wait before the next restart after kafkajs gave up. A batch that is read resets it. */
  let restartMs = restartMsMin;
  const { promise: caughtUp, resolve: setCaughtUp } = Promise.withResolvers<void>();

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    generation += 1;
    const mine = generation;
    if (options.memberFile) recordMember(options.memberFile, options.group, payload.memberId, log);
    assignment = retry(
      () => assign(payload.memberAssignment as Record<KafkaTopic, number[]>, mine),
      () => mine !== generation || closed,
    );
  });
  // A transaction leaves a marker in the log that is not a record. kafkajs hands out no batch that holds only markers. If the reader
  // begins at the end, such a batch may come before its place is set, so it is not counted.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0 || payload.lastOffset === null || options.start === 'end') return;
    const place: TopicPartition = `${payload.topic as KafkaTopic}/${payload.partition}`;
    const next = BigInt(payload.lastOffset) + 1n;
    const mine = generation;
    const pass = () => {
      const position = positions.get(place);
      if (mine === generation && position !== undefined && next > BigInt(position)) reached(place, next);
    };
    // Earlier records may still wait.
    if (ahead) void ahead.put([], async () => pass());
    else pass();
  });
  consumer.on(consumer.events.COMMIT_OFFSETS, () => void commitsTaken++);
  consumer.on(consumer.events.REBALANCING, () => options.onRevoked?.());
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart || closed) return;
    const error = payload.error.message;
    log.error({ group: options.group, error, restartMs }, 'the reader stopped, starting it again');
    setTimeout(() => void retry(begin, () => closed), restartMs);
    restartMs = Math.min(2 * restartMs, restartMsMax);
  });

  async function assign(partitionsOf: Record<KafkaTopic, number[]>, mine: number): Promise<void> {
    const partitions = new Map(Object.entries(partitionsOf) as [KafkaTopic, number[]][]);
    assigned = partitions;
    const ends = await logEnds(kafka, partitions);
    const start = committed ? await firstOffsets(partitions, ends) : await startOffsets(partitions, ends);
    const wanted = (await options.onAssigned?.(partitions)) ?? start;
    if (mine !== generation) return;
    for (const [place, offset] of wanted) seek(place, offset);
    if (missing) return;
    missing = new Map(
      [...ends]
        .filter(([place, end]) => end.high > end.low && BigInt(wanted.get(place) ?? -1) < end.high)
        .map(([p, e]) => [p, e.high]),
    );
    if (committed) for (const [place, offset] of await committedOffsets()) arrived(place, BigInt(offset));
    if (missing.size === 0) setCaughtUp();
  }

  /** Returns offsets for partitions in which the group has committed nothing. Uncommitted records are handed out again. */
  async function firstOffsets(
    partitions: ReadonlyMap<KafkaTopic, number[]>,
    ends: Ends,
  ): Promise<Map<TopicPartition, string>> {
    if (firstSinceMs === undefined) return new Map();
    const since = await offsetsSince(kafka, [...partitions.keys()], firstSinceMs);
    const committed = new Map(await committedOffsets());
    const fresh = [...ends].filter(([place]) => BigInt(committed.get(place) ?? -1) < 0n);
    return new Map(fresh.map(([place, { low }]) => [place, String(since.get(place) ?? low)]));
  }

  async function startOffsets(
    partitions: ReadonlyMap<KafkaTopic, number[]>,
    ends: Ends,
  ): Promise<Map<TopicPartition, string>> {
    const start = new Map<TopicPartition, string>();
    const since =
      // Uses this process's time even while the machine's clock is ahead. Records stamped before that step are behind it, and reading
      // more does no harm.
      typeof options.start === 'object' && 'sinceMs' in options.start
        ? await offsetsSince(kafka, [...partitions.keys()], options.start.sinceMs)
        : undefined;
    for (const [place, { low, high }] of ends) {
      const position = positions.get(place);
      const fresh = options.start === 'end' ? high : (since?.get(place) ?? low);
      start.set(place, position ?? String(fresh));
    }
    return start;
  }

  async function committedOffsets(): Promise<[TopicPartition, string][]> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      const rows = await admin.fetchOffsets({ groupId: options.group, topics: [...topics] });
      return rows.flatMap(({ topic, partitions }) =>
        partitions.map((row): [TopicPartition, string] => [`${topic as KafkaTopic}/${row.partition}`, row.offset]),
      );
    } finally {
      await admin.disconnect();
    }
  }

  function seek(place: TopicPartition, offset: string): void {
    const [topic, partition] = place.split('/') as [KafkaTopic, string];
    positions.set(place, offset);
    consumer.seek({ topic, partition: Number(partition), offset });
  }

  function reached(place: TopicPartition, next: bigint): void {
    positions.set(place, String(next));
    const [topic, partition] = place.split('/') as [KafkaTopic, string];
    options.onReached?.(topic, Number(partition), next);
    arrived(place, next);
  }

  function arrived(place: TopicPartition, next: bigint): void {
    const end = missing?.get(place);
    if (end === undefined || next < end) return;
    missing?.delete(place);
    if (missing?.size === 0) setCaughtUp();
  }

  async function eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const fetchedMs = performance.now();
    const mine = generation;
    const over = () => mine !== generation || closed || !isRunning() || isStale();
    const beat = setInterval(() => void heartbeat().catch(() => {}), 1_000);
    try {
      await assignment;
      if (over()) return;
      if (ahead) {
        // For kafkajs these are read. A rebalance drops what still waits; it is read again from where handing out stopped.
        resolveOffset(batch.lastOffset());
        await ahead.put(batch.messages, () => handOut(batch, fetchedMs, over));
      } else {
        await handOut(batch, fetchedMs, over);
        if (!over()) resolveOffset(batch.lastOffset());
      }
    } finally {
      clearInterval(beat);
    }
    await heartbeat();
  }

  async function handOut(batch: EachBatchPayload['batch'], fetchedMs: number, over: () => boolean): Promise<void> {
    const topic = batch.topic as KafkaTopic;
    const records = batch.messages.map((message) => logRecordOf(message, fetchedMs));
    if (records.length > 0) {
      const { partition, highWatermark } = batch;
      await retry(async () => options.onRecords({ topic, partition, records, highWatermark }), over);
    }
    if (over()) return;
    restartMs = restartMsMin;
    reached(`${topic}/${batch.partition}`, BigInt(batch.lastOffset()) + 1n);
  }

  async function retry(task: () => Promise<void>, over: () => boolean): Promise<void> {
    for (let delayMs = 100; !over(); delayMs = Math.min(2 * delayMs, retryMaxMs)) {
      try {
        return await task();
      } catch (error) {
        log.error({ group: options.group, error: (error as Error).message }, 'reading failed, trying again');
        await sleep(delayMs);
      }
    }
  }

  /** Connects. If a broker goes away meanwhile, retries; if it refuses us, gives up. */
  async function reach(): Promise<void> {
    for (let delayMs = 100; ; delayMs = Math.min(2 * delayMs, retryMaxMs)) {
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning: options.start !== 'end' });
        return;
      } catch (error) {
        const { retriable, message } = error as Error & { retriable?: boolean };
        if (retriable !== true || closed) throw error;
        log.warn({ group: options.group, error: message }, 'Kafka is not reached yet, trying again');
        await sleep(delayMs);
      }
    }
  }

  async function begin(): Promise<void> {
    await reach();
    await consumer.run({
      eachBatch,
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
    });
  }
  if (options.memberFile) await leaveForPredecessor(kafka, options.group, options.memberFile, log);
  await begin();

  return {
    caughtUp,
    async reachEnd() {
      const ends = await logEnds(kafka, assigned);
      const isBehind = () => [...ends].some(([place, { high }]) => BigInt(positions.get(place) ?? 0) < high);
      while (isBehind() && !closed) await sleep(lookEveryMs);
      return new Map([...ends].map(([place, { high }]) => [place, high]));
    },
    async commit(offsets) {
      const mine = generation;
      const before = commitsTaken;
      await consumer.commitOffsets(offsets.map((row) => ({ ...row })));
      if (mine !== generation || commitsTaken === before)
        throw new VigilError('log-unavailable', 'Kafka did not take the offsets of this assignment.');
    },
    pause: () => consumer.pause(topics.map((topic) => ({ topic }))),
    resume: () => consumer.resume(topics.map((topic) => ({ topic }))),
    async close() {
      closed = true;
      await Promise.race([Promise.all([consumer.disconnect(), ahead?.done()]), sleep(disconnectMsMax)]);
    },
  };
}
