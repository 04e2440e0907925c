/**
 * Appends records to Kafka with `acks=all`. Each partition has a lane, with at most one batch in flight, so the order
 * of a partition is kept. A retry may append a batch twice. This is harmless, because readers recognise a repeated
 * record. kafkajs's idempotent mode is not used. In this mode, kafkajs may reuse the sequence number of a stored batch.
 * The new batch with this number is then acknowledged but lost.
 *
 * One request has the batches of all lanes with the same leader. While the request is in flight, further records wait
 * for the next request. So with more load the requests become larger, not more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { logNowMs } from '../../process/system-clock.ts';
import { noteTaskFailure } from '../../process/timer-tasks.ts';
import { partitionOf } from './connect.ts';
import {
  type AppendPosition,
  backlogByTopic,
  createLane,
  type Lane,
  type Settle,
  takeBatch,
  type WaitingRecord,
} from './lane.ts';
import { createProduceClient, meansStaleLeaders, protocolError } from './produce.ts';
import type { PartitionAnswer } from './record-batch.ts';

export type AppenderStats = {
  readonly appended: number;
  readonly batches: number;
  readonly retries: number;
  readonly failed: number;
  /**
   * Number of batches with a base offset that is not above the last offset of the partition. Each such batch shows that
   * Kafka has lost acknowledged records.
   */
  readonly regressed: number;
  readonly pendingBytes: number;
  readonly pendingRecords: number;
};

export type Appender = {
  /**
   * Resolves when every in-sync replica has the record. The value `null` is a tombstone.
   * @throws VigilError `log-append-failed` (the record may be in the log: append it again), `log-backlog-full`,
   *   `log-closed`, `payload-too-large`, `log-offset-regressed`
   */
  append(topic: KafkaTopic, key: string, value: Buffer | null): Promise<AppendPosition>;
  /** Appends a record like `append`, but calls `settle`, maybe before `enqueue` returns. Faster than a promise. */
  enqueue(topic: KafkaTopic, key: string, value: Buffer | null, settle: Settle): void;
  /** Returns the number of bytes that Kafka has not acknowledged yet. */
  pendingBytes(): number;
  stats(): AppenderStats;
  /** Returns the number of records and bytes that Kafka has not acknowledged yet, by topic. */
  depths(): ReadonlyMap<KafkaTopic, { readonly records: number; readonly bytes: number }>;
  /** Waits at most `drainMs` until Kafka has acknowledged all records. Then rejects the rest and disconnects. */
  close(drainMs?: number): Promise<void>;
};

export type AppenderOptions = {
  readonly log: Logger;
  /** How long the first record waits for further records if no request is in flight, ms. */
  readonly lingerMs?: number;
  readonly batchBytesMax?: number;
  /** Maximum number of bytes in all lanes together. If there are more, `append` rejects immediately. */
  readonly pendingBytesMax?: number;
  /** How long a batch is retried, ms; `Infinity` for a caller that cannot go on without the log. */
  readonly timeoutMs?: number;
  /** Called for each acknowledged batch: bytes with Kafka's overhead, and the time since its first attempt. */
  readonly onBatch?: (records: number, bytes: number, tookMs: number) => void;
};

/** Kafka's overhead for each record, estimated high. */
const recordOverheadBytes = 100;
const retryMinMs = 50;
const retryMaxMs = 1_000;
/** Above this size, a request gets no further batch. Kafka accepts 100 MB, but answers a smaller request sooner. */
const requestBytesMax = 4 * 1_048_576;

/** Longest wait for a disconnect. A broker that is down never answers, but the process must end. */
const disconnectMsMax = 2_000;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createAppender(kafka: Kafka, options: AppenderOptions): Appender {
  const { log, lingerMs = 1, batchBytesMax = 1_048_576, pendingBytesMax = 268_435_456, timeoutMs = 30_000 } = options;
  const producing = createProduceClient(kafka);
  /** The lanes, by topic, then by partition. */
  const lanes = new Map<KafkaTopic, Map<number, Lane>>();
  const allLanes = () => [...lanes.values()].flatMap((ofTopic) => [...ofTopic.values()]);
  /** Lanes that have records and no request in flight. */
  const readyLanes = new Set<Lane>();
  /** Brokers with a request in flight. A second request would not help: a broker handles requests one by one. */
  const busyNodes = new Set<number>();
  const counts = { appended: 0, batches: 0, retries: 0, failed: 0, regressed: 0, pendingBytes: 0, pendingRecords: 0 };
  let isClosed = false;
  let flushTimer: NodeJS.Timeout | undefined;
  let flushAtMs = Number.POSITIVE_INFINITY;

  function enqueue(topic: KafkaTopic, key: string, value: Buffer | null, settle: Settle): void {
    if (isClosed) {
      settle(new VigilError('log-closed', 'The log is being closed.'));
      return;
    }
    const bytes = (value?.length ?? 0) + key.length + recordOverheadBytes;
    if (bytes > batchBytesMax) {
      settle(new VigilError('payload-too-large', `A record of ${bytes} bytes is too large.`));
      return;
    }
    if (counts.pendingBytes + bytes > pendingBytesMax) {
      settle(new VigilError('log-backlog-full', 'Too many records wait for Kafka.'));
      return;
    }
    const lane = laneOf(topic, partitionOf(topic, key));
    counts.pendingBytes += bytes;
    counts.pendingRecords += 1;
    lane.queue.push({ key, value, timestampMs: logNowMs(), bytes, settle });
    if (lane.isBusy || readyLanes.has(lane)) return;
    readyLanes.add(lane);
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
    if (flushTimer && flushAtMs <= atMs) return;
    clearTimeout(flushTimer);
    flushAtMs = atMs;
    flushTimer = setTimeout(flush, ms);
  }

  /** Sends the records of ready lanes whose broker has no request in flight. Called after each request and delay. */
  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    flushAtMs = Number.POSITIVE_INFINITY;
    if (isClosed) return;
    const nowMs = performance.now();
    const lanesByBroker = new Map<number | undefined, Lane[]>();
    for (const lane of readyLanes) {
      if (lane.notBeforeMs > nowMs) {
        flushIn(lane.notBeforeMs - nowMs);
        continue;
      }
      const node = producing.leaderOf(lane.topic, lane.partition);
      const lanesOfBroker = lanesByBroker.get(node);
      if (lanesOfBroker) lanesOfBroker.push(lane);
      else lanesByBroker.set(node, [lane]);
    }
    for (const [node, lanesOfNode] of lanesByBroker) {
      if (node === undefined) void findLeaders(lanesOfNode);
      else if (!busyNodes.has(node)) void sendTo(node, lanesOfNode);
    }
  }

  function beginRequest(lane: Lane): void {
    readyLanes.delete(lane);
    lane.isBusy = true;
    if (lane.batch.length > 0) return;
    lane.batch = takeBatch(lane, batchBytesMax);
    lane.sinceMs = performance.now();
    lane.retryMs = retryMinMs;
  }

  function endRequest(lane: Lane): void {
    lane.isBusy = false;
    if (lane.batch.length > 0 || lane.queue.length > 0) readyLanes.add(lane);
  }

  async function findLeaders(leaderless: readonly Lane[]): Promise<void> {
    for (const lane of leaderless) beginRequest(lane);
    let failure: Error | undefined;
    try {
      await producing.refresh([...lanes.keys()]);
    } catch (error) {
      failure = error as Error;
    }
    for (const lane of leaderless) {
      if (producing.leaderOf(lane.topic, lane.partition) === undefined) {
        tryLater(lane, failure ?? new Error('The partition has no leader.'));
      }
      endRequest(lane);
    }
    flush();
  }

  async function sendTo(node: number, lanesOfNode: readonly Lane[]): Promise<void> {
    const chosen = lanesForRequest(lanesOfNode);
    busyNodes.add(node);
    const batches = chosen.map((lane) => ({ topic: lane.topic, partition: lane.partition, records: lane.batch }));
    let answers: readonly PartitionAnswer[] = [];
    let failure = new Error('The broker did not answer for the partition.');
    try {
      answers = await producing.produce(node, batches);
    } catch (error) {
      failure = error as Error;
    }
    busyNodes.delete(node);
    let areLeadersStale = answers.length === 0;
    for (const lane of chosen) {
      const answer = answers.find(({ topic, partition }) => topic === lane.topic && partition === lane.partition);
      if (answer?.errorCode === 0) {
        acknowledge(lane, answer.baseOffset);
      } else {
        const error = answer ? protocolError(answer.errorCode) : failure;
        areLeadersStale ||= meansStaleLeaders(error);
        tryLater(lane, error);
      }
      endRequest(lane);
    }
    if (areLeadersStale) producing.refresh([]).then(flush, flush);
    flush();
  }

  /** Returns the lanes whose batches go into the next request, sorted by topic as the request needs it. */
  function lanesForRequest(lanesOfNode: readonly Lane[]): Lane[] {
    const chosen: Lane[] = [];
    let bytes = 0;
    for (const lane of lanesOfNode) {
      if (bytes > requestBytesMax) break;
      beginRequest(lane);
      for (const waiting of lane.batch) bytes += waiting.bytes;
      chosen.push(lane);
    }
    return chosen.sort((left, right) => (left.topic < right.topic ? -1 : left.topic > right.topic ? 1 : 0));
  }

  function acknowledge(lane: Lane, base: bigint): void {
    const { batch } = lane;
    lane.batch = [];
    const bytes = removePending(batch);
    if (base <= lane.lastOffset) {
      lane.lastOffset = base + BigInt(batch.length - 1);
      fail(lane, batch, regressionError(lane));
      return;
    }
    lane.lastOffset = base + BigInt(batch.length - 1);
    options.onBatch?.(batch.length, bytes, performance.now() - lane.sinceMs);
    counts.appended += batch.length;
    counts.batches += 1;
    const { partition } = lane;
    let offset = base;
    for (const waiting of batch) settleSafely(waiting, undefined, { partition, offset: offset++ });
  }

  /**
   * Counts and logs that Kafka has given the same offset twice: Kafka has lost acknowledged records. Returns the error.
   */
  function regressionError({ topic, partition }: Lane): VigilError {
    counts.regressed += 1;
    log.error({ topic, partition }, 'the log answered with an offset that it had given before');
    return new VigilError(
      'log-offset-regressed',
      `Kafka answered for ${topic} with an offset that it had given before.`,
    );
  }

  function tryLater(lane: Lane, cause: Error): void {
    const nowMs = performance.now();
    if (isClosed || nowMs + lane.retryMs > lane.sinceMs + timeoutMs) {
      const { batch } = lane;
      lane.batch = [];
      removePending(batch);
      fail(
        lane,
        batch,
        new VigilError('log-append-failed', `Kafka did not accept a batch for ${lane.topic}.`, { cause }),
      );
      return;
    }
    counts.retries += 1;
    const { topic, partition } = lane;
    log.warn({ topic, partition, error: cause.message }, 'append failed, trying again');
    lane.notBeforeMs = nowMs + lane.retryMs;
    lane.retryMs = Math.min(2 * lane.retryMs, retryMaxMs);
  }

  /**
   * Rejects a batch and all records behind it in the lane. So if the caller appends the batch again, the later records
   * cannot overtake it.
   */
  function fail(lane: Lane, batch: readonly WaitingRecord[], error: VigilError): void {
    const laterRecords = lane.queue;
    lane.queue = [];
    removePending(laterRecords);
    counts.failed += batch.length + laterRecords.length;
    for (const waiting of batch) settleSafely(waiting, error);
    for (const waiting of laterRecords) settleSafely(waiting, error);
  }

  /** Subtracts records from the pending counts, and returns their bytes. */
  function removePending(records: readonly WaitingRecord[]): number {
    let bytes = 0;
    for (const waiting of records) bytes += waiting.bytes;
    counts.pendingBytes -= bytes;
    counts.pendingRecords -= records.length;
    return bytes;
  }

  return {
    enqueue,
    append: (topic, key, value) =>
      new Promise((resolve, reject) => {
        enqueue(topic, key, value, (error, appended) => (appended ? resolve(appended) : reject(error)));
      }),
    pendingBytes: () => counts.pendingBytes,
    stats: () => ({ ...counts }),
    depths: () => backlogByTopic(allLanes()),
    async close(drainMs = 5_000) {
      const untilMs = performance.now() + drainMs;
      while (counts.pendingRecords > 0 && performance.now() < untilMs) await sleep(10);
      isClosed = true;
      clearTimeout(flushTimer);
      readyLanes.clear();
      for (const lane of allLanes()) {
        const unsent = lane.isBusy ? [] : lane.batch;
        if (!lane.isBusy) lane.batch = [];
        removePending(unsent);
        fail(lane, unsent, new VigilError('log-closed', 'The log was closed.'));
      }
      await Promise.race([producing.close(), sleep(disconnectMsMax, undefined, { ref: false })]);
    },
  };
}

/**
 * Gives a record its answer. An error of the caller's code is counted, and concerns only this record: the other records
 * of the batch get their answers, and the lane goes on.
 */
function settleSafely(waiting: WaitingRecord, ...answer: Parameters<Settle>): void {
  try {
    waiting.settle(...answer);
  } catch (error) {
    noteTaskFailure('acknowledge', error);
  }
}
