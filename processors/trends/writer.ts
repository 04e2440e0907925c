/**
 * Collects points into batches, writes the batches to InfluxDB, and then commits the offsets of their records to Kafka.
 * While InfluxDB is away, the reader pauses and the same batch is written again until InfluxDB stores it. So Kafka is
 * the buffer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Point } from '../../contracts/trend-points.ts';
import { noteTaskFailure, runAfter } from '../../process/timer-tasks.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';
import { persistentStore } from './persist.ts';

/** The next offset to read, by partition. */
export type Positions = ReadonlyMap<number, bigint>;

export type TrendWriter = {
  /**
   * Adds points of one partition, and the offset after their records. Resolves immediately if at most
   * `pendingPointsMax` points wait; otherwise resolves when fewer points wait, or when the points are discarded.
   */
  add(points: readonly Point[], partition: number, next: bigint): Promise<void>;
  /**
   * Drops the points that are not written. The next owner of the partitions reads their records again from the
   * committed offsets.
   */
  discard(): void;
  /**
   * Grows with each discard. Points of records that were read before a discard must not be added after the discard,
   * because the next commit would skip the discarded points.
   */
  readonly generation: number;
  /** Number of points that are not in InfluxDB yet. */
  readonly pendingPoints: number;
  /** Whether InfluxDB accepted the last batch. */
  readonly isHealthy: boolean;
  /**
   * Tries to write the pending points for at most 5 s. Records of unwritten points are read again at the next start.
   */
  close(): Promise<void>;
};

export type TrendWriterOptions = {
  readonly store: PointStore;
  readonly commit: (positions: Positions) => Promise<void>;
  /** Called with true when the reader must pause, and with false when the reader may resume. */
  readonly onFull: (isFull: boolean) => void;
  readonly counters: TrendCounters;
  readonly log: Logger;
  readonly limits?: Partial<typeof defaultLimits>;
};

export const defaultLimits = {
  /** Maximum number of points of one write. */
  batchPointsMax: 5_000,
  /** A batch that is not full is written this long after its first point. */
  lingerMs: 1_000,
  /** The reader pauses above this number of points. */
  pausePoints: 20_000,
  /**
   * Above this number of points, `add` waits, because a paused reader may still deliver records. A point has about 100
   * bytes.
   */
  pendingPointsMax: 100_000,
  retryFirstMs: 200,
  retryMsMax: 5_000,
  closeMsMax: 5_000,
};

type Batch = { points: Point[]; positions: Map<number, bigint> };

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createTrendWriter(options: TrendWriterOptions): TrendWriter {
  const { counters, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const store = persistentStore(options.store, limits, counters, log);
  /** The batch that new points are added to. */
  let openBatch: Batch = emptyBatch();
  /** Number of points of the batch that is being written. */
  let writingPoints = 0;
  let generation = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isFull = false;
  let stopping = new AbortController();
  let isClosed = false;

  const pending = () => openBatch.points.length + writingPoints;

  function updateFull(): void {
    const isFullNow = pending() > (isFull ? limits.pausePoints / 2 : limits.pausePoints);
    if (isFullNow === isFull) return;
    options.onFull(isFullNow);
    isFull = isFullNow;
  }

  /** Starts to write batches, unless a write is in progress. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running ??= writeBatches().finally(() => {
      running = undefined;
      if (openBatch.positions.size > 0) startTimer();
    });
    return running;
  }

  function startTimer(): void {
    if (!isClosed) timer ??= runAfter('trends-write', limits.lingerMs, flush);
  }

  /** Writes the open batch, and continues as long as the next open batch is full. After `close`, writes every batch. */
  async function writeBatches(): Promise<void> {
    while (openBatch.positions.size > 0) {
      const generationBefore = generation;
      const batch = openBatch;
      openBatch = emptyBatch();
      writingPoints = batch.points.length;
      try {
        if (!(await writeBatch(batch, generationBefore))) return;
      } catch (error) {
        // The next write has these points and offsets again, so nothing is lost.
        noteTaskFailure('trends-write', error);
        if (generationBefore === generation) putBack(batch);
        return;
      }
      if (openBatch.points.length < limits.batchPointsMax && !isClosed) return;
    }
  }

  /** Writes a batch and commits its offsets. Returns false if the points are not stored. */
  async function writeBatch(batch: Batch, generationBefore: number): Promise<boolean> {
    const isStored = await store.write(batch.points, stopping.signal);
    if (generationBefore === generation) writingPoints = 0;
    if (!isStored) return false;
    batch.points = [];
    if (generationBefore === generation) await commit(batch.positions);
    updateFull();
    return true;
  }

  function putBack({ points, positions }: Batch): void {
    openBatch = {
      points: [...points, ...openBatch.points],
      positions: new Map([...positions, ...openBatch.positions]),
    };
    writingPoints = 0;
  }

  async function commit(positions: Positions): Promise<void> {
    try {
      await options.commit(positions);
      counters.commits += 1;
    } catch (error) {
      // The next commit of the same partitions covers these offsets. At worst, the same points are written again.
      log.warn({ error: (error as Error).message }, 'offsets could not be committed');
    }
  }

  return {
    async add(points, partition, next) {
      const generationBefore = generation;
      for (const point of points) openBatch.points.push(point);
      openBatch.positions.set(partition, next);
      if (openBatch.points.length >= limits.batchPointsMax) void flush();
      else startTimer();
      updateFull();
      while (pending() > limits.pendingPointsMax && generationBefore === generation && !isClosed) await sleep(50);
    },
    discard() {
      generation += 1;
      openBatch = emptyBatch();
      writingPoints = 0;
      stopping.abort();
      stopping = new AbortController();
      updateFull();
    },
    get generation() {
      return generation;
    },
    get pendingPoints() {
      return pending();
    },
    get isHealthy() {
      return store.isHealthy;
    },
    async close() {
      isClosed = true;
      const abortTimer = setTimeout(() => stopping.abort(), limits.closeMsMax);
      await running;
      await flush();
      clearTimeout(abortTimer);
      clearTimeout(timer);
    },
  };
}

function emptyBatch(): Batch {
  return { points: [], positions: new Map() };
}
