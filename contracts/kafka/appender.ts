/**
 * Appending to Kafka: one lane per partition, one batch in flight per lane, `acks=all`, no idempotent mode (it can reuse the
 * sequence number of a batch that did land, and a concurrent send is then acknowledged but lost). A retry may repeat a batch;
 * the idempotency key of its records makes that harmless. Order within a lane is kept.
 */
import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../errors.ts';
import type { KafkaTopic } from '../topics.ts';
import { partitionOf } from './connect.ts';

export type Appended = { readonly partition: number; readonly offset: bigint };

export type AppenderStats = {
  readonly appended: number;
  readonly batches: number;
  readonly retries: number;
  readonly failed: number;
  /** Batches that the log answered with a base offset that does not rise: it lost what it had acknowledged. */
  readonly regressed: number;
  readonly pendingBytes: number;
  readonly pendingRecords: number;
};

export type Appender = {
  /**
   * Resolves when every in-sync replica has the record. `null` is a tombstone.
   * @throws VigilError `log-append-failed` (ambiguous: repeat it), `log-backlog-full`, `log-closed`, `payload-too-large`, `log-offset-regressed`
   */
  append(topic: KafkaTopic, key: string, value: Buffer | null): Promise<Appended>;
  /** Bytes appended to lanes and not yet acknowledged. */
  pendingBytes(): number;
  stats(): AppenderStats;
  /** What waits for Kafka's answer, by topic. */
  depths(): ReadonlyMap<KafkaTopic, { readonly records: number; readonly bytes: number }>;
  /** Appends what is pending, for at most `drainMs`, then disconnects; what is left is rejected. */
  close(drainMs?: number): Promise<void>;
};

export type AppenderOptions = {
  readonly log: Logger;
  /** How long a lane that is idle gathers records: 1 to 5 ms. */
  readonly lingerMs?: number;
  readonly batchBytesMax?: number;
  /** Across all lanes; past it `append` rejects at once. */
  readonly pendingBytesMax?: number;
  /** How long a batch is tried; `Infinity` where only the log will do. */
  readonly timeoutMs?: number;
  /** Told of each batch that Kafka took: bytes with Kafka's overhead, and how long all its tries took. */
  readonly onBatch?: (records: number, bytes: number, tookMs: number) => void;
};

type Waiting = {
  readonly message: Message;
  readonly bytes: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: VigilError) => void;
};

type Lane = {
  readonly topic: KafkaTopic;
  readonly partition: number;
  queue: Waiting[];
  /** The batch in flight. */
  sending: readonly Waiting[];
  busy: boolean;
  timer: NodeJS.Timeout | undefined;
  lastOffset: bigint;
};

/** Kafka's own overhead by record, generously. */
const recordOverheadBytes = 100;
const retryMinMs = 50;
const retryMaxMs = 1_000;

/** An orderly goodbye takes a round trip; a broker that is away never answers, and a process that ends must end. */
const disconnectMsMax = 2_000;

export function createAppender(kafka: Kafka, options: AppenderOptions): Appender {
  const { log, lingerMs = 2, batchBytesMax = 1_048_576, pendingBytesMax = 268_435_456, timeoutMs = 30_000 } = options;
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    idempotent: false,
    // Retries are the lane's own: it knows the deadline and keeps the order.
    retry: { retries: 0 },
  });
  const lanes = new Map<string, Lane>();
  const count = { appended: 0, batches: 0, retries: 0, failed: 0, regressed: 0, pendingBytes: 0, pendingRecords: 0 };
  const closing = new AbortController();
  let connected: Promise<void> | undefined;

  function connect(): Promise<void> {
    connected ??= producer.connect().catch((cause) => {
      connected = undefined;
      throw cause;
    });
    return connected;
  }

  function append(topic: KafkaTopic, key: string, value: Buffer | null): Promise<Appended> {
    if (closing.signal.aborted) return Promise.reject(new VigilError('log-closed', 'The log is being closed.'));
    const bytes = (value?.length ?? 0) + key.length + recordOverheadBytes;
    if (bytes > batchBytesMax)
      return Promise.reject(new VigilError('payload-too-large', `A record of ${bytes} bytes is too large.`));
    if (count.pendingBytes + bytes > pendingBytesMax) {
      return Promise.reject(new VigilError('log-backlog-full', 'Too much waits for the log.'));
    }
    const partition = partitionOf(topic, key);
    const lane = laneOf(topic, partition);
    count.pendingBytes += bytes;
    count.pendingRecords += 1;
    return new Promise((resolve, reject) => {
      lane.queue.push({ message: { key, value, partition, timestamp: String(Date.now()) }, bytes, resolve, reject });
      if (!lane.busy) lane.timer ??= setTimeout(run, lingerMs, lane, producer);
    });
  }

  function laneOf(topic: KafkaTopic, partition: number): Lane {
    const id = `${topic}/${partition}`;
    let lane = lanes.get(id);
    if (!lane) {
      lane = { topic, partition, queue: [], sending: [], busy: false, timer: undefined, lastOffset: -1n };
      lanes.set(id, lane);
    }
    return lane;
  }

  async function run(lane: Lane, to: Producer): Promise<void> {
    lane.timer = undefined;
    if (lane.busy) return;
    lane.busy = true;
    while (lane.queue.length > 0) {
      const batch = takeBatch(lane, batchBytesMax);
      lane.sending = batch;
      const startedMs = performance.now();
      const outcome = await send(lane, batch, to);
      lane.sending = [];
      if (outcome instanceof VigilError) fail(lane, batch, outcome);
      else succeed(lane, batch, outcome, performance.now() - startedMs);
    }
    lane.busy = false;
  }

  function succeed(lane: Lane, batch: readonly Waiting[], base: bigint, tookMs: number): void {
    const bytes = settled(batch);
    options.onBatch?.(batch.length, bytes, tookMs);
    count.appended += batch.length;
    count.batches += 1;
    let offset = base;
    for (const waiting of batch) waiting.resolve({ partition: lane.partition, offset: offset++ });
  }

  /** What waits behind a failed batch fails with it: appended, it would overtake what is sent again. */
  function fail(lane: Lane, batch: readonly Waiting[], error: VigilError): void {
    const all = [...batch, ...lane.queue.splice(0)];
    settled(all);
    count.failed += all.length;
    for (const waiting of all) waiting.reject(error);
  }

  function settled(all: readonly Waiting[]): number {
    let bytes = 0;
    for (const waiting of all) bytes += waiting.bytes;
    count.pendingBytes -= bytes;
    count.pendingRecords -= all.length;
    return bytes;
  }

  async function send(lane: Lane, batch: readonly Waiting[], to: Producer): Promise<bigint | VigilError> {
    const deadlineMs = performance.now() + timeoutMs;
    const messages = batch.map((waiting) => waiting.message);
    for (let retryMs = retryMinMs; ; retryMs = Math.min(2 * retryMs, retryMaxMs)) {
      try {
        await connect();
        const [result] = await to.send({ topic: lane.topic, acks: -1, messages });
        return checkOffset(lane, batch.length, result?.baseOffset);
      } catch (cause) {
        if (closing.signal.aborted || performance.now() + retryMs > deadlineMs) {
          return new VigilError('log-append-failed', `Kafka did not take a batch for ${lane.topic}.`, { cause });
        }
        count.retries += 1;
        log.warn(
          { topic: lane.topic, partition: lane.partition, error: (cause as Error).message },
          'append failed, trying again',
        );
        await new Promise((done) => setTimeout(done, retryMs));
      }
    }
  }

  /** A base offset that does not rise means that the log lost what it had acknowledged. */
  function checkOffset(lane: Lane, records: number, baseOffset: string | undefined): bigint | VigilError {
    const base = BigInt(baseOffset ?? -1);
    const regressed = base <= lane.lastOffset;
    lane.lastOffset = base + BigInt(records - 1);
    if (!regressed) return base;
    count.regressed += 1;
    log.error(
      { topic: lane.topic, partition: lane.partition },
      'the log answered with an offset that it had given before',
    );
    return new VigilError(
      'log-offset-regressed',
      `Kafka answered for ${lane.topic} with an offset that it had given before.`,
    );
  }

  return {
    append,
    pendingBytes: () => count.pendingBytes,
    stats: () => ({ ...count }),
    depths: () => depthsOf(lanes.values()),
    async close(drainMs = 5_000) {
      const untilMs = performance.now() + drainMs;
      while (count.pendingRecords > 0 && performance.now() < untilMs) await new Promise((done) => setTimeout(done, 10));
      closing.abort();
      for (const lane of lanes.values()) {
        clearTimeout(lane.timer);
        for (const waiting of lane.queue.splice(0)) waiting.reject(new VigilError('log-closed', 'The log was closed.'));
      }
      await Promise.race([producer.disconnect(), new Promise((done) => setTimeout(done, disconnectMsMax).unref())]);
    },
  };
}

function depthsOf(lanes: Iterable<Lane>): Map<KafkaTopic, { records: number; bytes: number }> {
  const depths = new Map<KafkaTopic, { records: number; bytes: number }>();
  for (const { topic, queue, sending } of lanes) {
    const depth = depths.get(topic) ?? { records: 0, bytes: 0 };
    for (const waiting of [sending, queue]) {
      depth.records += waiting.length;
      for (const { bytes } of waiting) depth.bytes += bytes;
    }
    depths.set(topic, depth);
  }
  return depths;
}

function takeBatch(lane: Lane, batchBytesMax: number): Waiting[] {
  let bytes = 0;
  let records = 0;
  for (const waiting of lane.queue) {
    bytes += waiting.bytes;
    if (bytes > batchBytesMax) break;
    records += 1;
  }
  if (records === lane.queue.length) {
    const all = lane.queue;
    lane.queue = [];
    return all;
  }
  return lane.queue.splice(0, records);
}
