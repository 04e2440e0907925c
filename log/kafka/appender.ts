/**
 * Appends to Kafka: one lane per partition, one batch in flight per lane, `acks=all`, no idempotent mode (it can reuse the
 * sequence number of a batch that was stored, and a concurrent send is then acknowledged but lost). A retry may repeat a batch;
 * the idempotency key of its records makes that harmless. Order within a lane is kept.
 *
 * Lanes with the same leader share a request. While it is under way the next records gather. So requests grow with the load
 * and not with the number of lanes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { logNowMs } from '../../process/system-clock.ts';
import { partitionOf } from './connect.ts';
import { type Appended, createLane, depthsOf, type Lane, type Settle, takeBatch, type Waiting } from './lane.ts';
import { createProducing, isStale, protocolError } from './produce.ts';
import type { PartitionAnswer } from './record-batch.ts';

export type AppenderStats = {
  readonly appended: number;
  readonly batches: number;
  readonly retries: number;
  readonly failed: number;
  /** Batches that the log answered with a base offset that does not rise: the log lost acknowledged records. */
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
  /** Does the same without a promise, for a caller that appends thousands per second. `settle` may be called before this returns. */
  enqueue(topic: KafkaTopic, key: string, value: Buffer | null, settle: Settle): void;
  /** Bytes that were appended to lanes and are not yet acknowledged. */
  pendingBytes(): number;
  stats(): AppenderStats;
  /** Records and bytes that wait for Kafka's answer, by topic. */
  depths(): ReadonlyMap<KafkaTopic, { readonly records: number; readonly bytes: number }>;
  /** Appends pending records for at most `drainMs`, then disconnects. Rejects the rest. */
  close(drainMs?: number): Promise<void>;
};

export type AppenderOptions = {
  readonly log: Logger;
  /** How long records gather if no request is under way, ms. */
  readonly lingerMs?: number;
  readonly batchBytesMax?: number;
  /** Limit across all lanes; above it `append` rejects at once. */
  readonly pendingBytesMax?: number;
  /** How long a batch is retried; `Infinity` for a caller that needs the log. */
  readonly timeoutMs?: number;
  /** Called for each batch that Kafka took: bytes with Kafka's overhead, and the time of all its attempts. */
  readonly onBatch?: (records: number, bytes: number, tookMs: number) => void;
};

/** Kafka's own overhead for each record, a high estimate. */
const recordOverheadBytes = 100;
const retryMinMs = 50;
const retryMaxMs = 1_000;
/** Limit for all batches of one request, without the first one: the broker accepts 100 MB, and answers a smaller one sooner. */
const requestBytesMax = 4 * 1_048_576;

/** Disconnecting takes a round trip. A broker that is away never answers, but a process that ends must end. */
const disconnectMsMax = 2_000;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createAppender(kafka: Kafka, options: AppenderOptions): Appender {
  const { log, lingerMs = 1, batchBytesMax = 1_048_576, pendingBytesMax = 268_435_456, timeoutMs = 30_000 } = options;
  const producing = createProducing(kafka);
  /** By topic, then by partition: this is used for each record. */
  const lanes = new Map<KafkaTopic, Map<number, Lane>>();
  const everyLane = () => [...lanes.values()].flatMap((ofTopic) => [...ofTopic.values()]);
  /** Lanes that hold records and have no request under way. */
  const ready = new Set<Lane>();
  /** Nodes that have not answered. A second request would gain nothing: a broker reads the next one of a connection after its answer. */
  const asked = new Set<number>();
  const count = { appended: 0, batches: 0, retries: 0, failed: 0, regressed: 0, pendingBytes: 0, pendingRecords: 0 };
  let closed = false;
  let flushing: NodeJS.Timeout | undefined;
  let flushAtMs = Number.POSITIVE_INFINITY;

  function enqueue(topic: KafkaTopic, key: string, value: Buffer | null, settle: Settle): void {
    if (closed) {
      settle(new VigilError('log-closed', 'The log is being closed.'));
      return;
    }
    const bytes = (value?.length ?? 0) + key.length + recordOverheadBytes;
    if (bytes > batchBytesMax) {
      settle(new VigilError('payload-too-large', `A record of ${bytes} bytes is too large.`));
      return;
    }
    if (count.pendingBytes + bytes > pendingBytesMax) {
      settle(new VigilError('log-backlog-full', 'Too much waits for the log.'));
      return;
    }
    const lane = laneOf(topic, partitionOf(topic, key));
    count.pendingBytes += bytes;
    count.pendingRecords += 1;
    lane.queue.push({ key, value, timestampMs: logNowMs(), bytes, settle });
    if (lane.busy || ready.has(lane)) return;
    ready.add(lane);
    flushIn(lingerMs);
  }

  function laneOf(topic: KafkaTopic, partition: number): Lane {
    let ofTopic = lanes.get(topic);
    if (!ofTopic) {
      ofTopic = new Map();
      lanes.set(topic, ofTopic);
    }
    let lane = ofTopic.get(partition);
    if (!lane) {
      lane = createLane(topic, partition);
      ofTopic.set(partition, lane);
    }
    return lane;
  }

  function flushIn(ms: number): void {
    const atMs = performance.now() + ms;
    if (flushing && flushAtMs <= atMs) return;
    clearTimeout(flushing);
    flushAtMs = atMs;
    flushing = setTimeout(flush, ms);
  }

  /** Sends what may be sent now. Whatever delays a lane calls this again later. */
  function flush(): void {
    clearTimeout(flushing);
    flushing = undefined;
    flushAtMs = Number.POSITIVE_INFINITY;
    if (closed) return;
    const nowMs = performance.now();
    const byNode = new Map<number | undefined, Lane[]>();
    for (const lane of ready) {
      if (lane.notBeforeMs > nowMs) {
        flushIn(lane.notBeforeMs - nowMs);
        continue;
      }
      const node = producing.leaderOf(lane.topic, lane.partition);
      const sameNode = byNode.get(node);
      if (sameNode) sameNode.push(lane);
      else byNode.set(node, [lane]);
    }
    for (const [node, some] of byNode) {
      if (node === undefined) void findLeaders(some);
      else if (!asked.has(node)) void ask(node, some);
    }
  }

  function begin(lane: Lane): void {
    ready.delete(lane);
    lane.busy = true;
    if (lane.batch.length > 0) return;
    lane.batch = takeBatch(lane, batchBytesMax);
    lane.sinceMs = performance.now();
    lane.retryMs = retryMinMs;
  }

  function end(lane: Lane): void {
    lane.busy = false;
    if (lane.batch.length > 0 || lane.queue.length > 0) ready.add(lane);
  }

  async function findLeaders(some: readonly Lane[]): Promise<void> {
    for (const lane of some) begin(lane);
    let why: Error | undefined;
    try {
      await producing.refresh([...lanes.keys()]);
    } catch (error) {
      why = error as Error;
    }
    for (const lane of some) {
      if (producing.leaderOf(lane.topic, lane.partition) === undefined) {
        tryLater(lane, why ?? new Error('Nobody leads the partition.'));
      }
      end(lane);
    }
    flush();
  }

  async function ask(node: number, some: readonly Lane[]): Promise<void> {
    const chosen = choose(some);
    asked.add(node);
    const batches = chosen.map((lane) => ({ topic: lane.topic, partition: lane.partition, records: lane.batch }));
    let answers: readonly PartitionAnswer[] = [];
    let why = new Error('The broker did not answer for the partition.');
    try {
      answers = await producing.produce(node, batches);
    } catch (error) {
      why = error as Error;
    }
    asked.delete(node);
    let stale = answers.length === 0;
    for (const lane of chosen) {
      const answer = answers.find(({ topic, partition }) => topic === lane.topic && partition === lane.partition);
      if (answer?.errorCode === 0) {
        taken(lane, answer.baseOffset);
      } else {
        const error = answer ? protocolError(answer.errorCode) : why;
        stale ||= isStale(error);
        tryLater(lane, error);
      }
      end(lane);
    }
    if (stale) producing.refresh([]).then(flush, flush);
    flush();
  }

  /** Returns the lanes that go into one request, grouped by topic as the request needs them. The others wait for the next. */
  function choose(some: readonly Lane[]): Lane[] {
    const chosen: Lane[] = [];
    let bytes = 0;
    for (const lane of some) {
      if (bytes > requestBytesMax) break;
      begin(lane);
      for (const waiting of lane.batch) bytes += waiting.bytes;
      chosen.push(lane);
    }
    return chosen.sort((one, other) => (one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : 0));
  }

  function taken(lane: Lane, base: bigint): void {
    const { batch } = lane;
    lane.batch = [];
    const bytes = settled(batch);
    if (base <= lane.lastOffset) {
      lane.lastOffset = base + BigInt(batch.length - 1);
      fail(lane, batch, regressed(lane));
      return;
    }
    lane.lastOffset = base + BigInt(batch.length - 1);
    options.onBatch?.(batch.length, bytes, performance.now() - lane.sinceMs);
    count.appended += batch.length;
    count.batches += 1;
    const { partition } = lane;
    let offset = base;
    for (const waiting of batch) waiting.settle(undefined, { partition, offset: offset++ });
  }

  /** A base offset that does not rise means that the log lost acknowledged records. */
  function regressed({ topic, partition }: Lane): VigilError {
    count.regressed += 1;
    log.error({ topic, partition }, 'the log answered with an offset that it had given before');
    return new VigilError(
      'log-offset-regressed',
      `Kafka answered for ${topic} with an offset that it had given before.`,
    );
  }

  function tryLater(lane: Lane, cause: Error): void {
    const nowMs = performance.now();
    if (closed || nowMs + lane.retryMs > lane.sinceMs + timeoutMs) {
      const { batch } = lane;
      lane.batch = [];
      settled(batch);
      fail(
        lane,
        batch,
        new VigilError('log-append-failed', `Kafka did not take a batch for ${lane.topic}.`, { cause }),
      );
      return;
    }
    count.retries += 1;
    const { topic, partition } = lane;
    log.warn({ topic, partition, error: cause.message }, 'append failed, trying again');
    lane.notBeforeMs = nowMs + lane.retryMs;
    lane.retryMs = Math.min(2 * lane.retryMs, retryMaxMs);
  }

  /** Records behind a failed batch fail with it. Otherwise they would overtake the records that are sent again. */
  function fail(lane: Lane, batch: readonly Waiting[], error: VigilError): void {
    const behind = lane.queue;
    lane.queue = [];
    settled(behind);
    count.failed += batch.length + behind.length;
    for (const waiting of batch) waiting.settle(error);
    for (const waiting of behind) waiting.settle(error);
  }

  function settled(all: readonly Waiting[]): number {
    let bytes = 0;
    for (const waiting of all) bytes += waiting.bytes;
    count.pendingBytes -= bytes;
    count.pendingRecords -= all.length;
    return bytes;
  }

  return {
    enqueue,
    append: (topic, key, value) =>
      new Promise((resolve, reject) => {
        enqueue(topic, key, value, (error, appended) => (appended ? resolve(appended) : reject(error)));
      }),
    pendingBytes: () => count.pendingBytes,
    stats: () => ({ ...count }),
    depths: () => depthsOf(everyLane()),
    async close(drainMs = 5_000) {
      const untilMs = performance.now() + drainMs;
      while (count.pendingRecords > 0 && performance.now() < untilMs) await sleep(10);
      closed = true;
      clearTimeout(flushing);
      ready.clear();
      for (const lane of everyLane()) {
        const left = lane.busy ? [] : lane.batch;
        if (!lane.busy) lane.batch = [];
        settled(left);
        fail(lane, left, new VigilError('log-closed', 'The log was closed.'));
      }
      await Promise.race([producing.close(), sleep(disconnectMsMax, undefined, { ref: false })]);
    },
  };
}
