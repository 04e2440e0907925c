/**
 * Between Kafka and InfluxDB: gathers points into batches and commits the offsets that they came from once InfluxDB has them. While
 * InfluxDB is away, Kafka is the buffer: the reader is paused and the same batch is tried until it is in.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Point } from './core/points.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';
import { persistentStore } from './persist.ts';

/** The next offset to read, by partition. */
export type Positions = ReadonlyMap<number, bigint>;

export type TrendWriter = {
  /**
   * Takes the points of one partition's records and the offset after them. Resolves at once, unless the buffer is at its hard limit:
   * then when there is room again, or the points were discarded.
   */
  add(points: readonly Point[], partition: number, next: bigint): Promise<void>;
  /** Forgets what is not written: the partitions go to someone who reads it again from the committed offsets. */
  discard(): void;
  /** Changes at each discard: who took records before it must not add them after it, or a commit would skip what was discarded. */
  readonly generation: number;
  /** Points gathered or being written. */
  readonly pending: number;
  /** InfluxDB took the last batch. */
  readonly healthy: boolean;
  /** Tries to write what is pending, for 5 s at most. What stays is read again at the next start. */
  close(): Promise<void>;
};

export type TrendWriterOptions = {
  readonly store: PointStore;
  readonly commit: (positions: Positions) => Promise<void>;
  /** Called with true when the reader must pause, with false when it may go on. */
  readonly onFull: (full: boolean) => void;
  readonly counters: TrendCounters;
  readonly log: Logger;
  readonly limits?: Partial<typeof defaultLimits>;
};

export const defaultLimits = {
  /** Points of one write. */
  batchPointsMax: 5_000,
  /** A smaller batch is written this long after its first point. */
  lingerMs: 1_000,
  /** The reader pauses above this many. */
  pausePoints: 20_000,
  /** What was fetched before the pause may still come; past this, taking it waits. About 100 bytes each. */
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
  let gathering: Batch = emptyBatch();
  let writing = 0;
  let generation = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let full = false;
  let stopping = new AbortController();
  let closed = false;

  const pending = () => gathering.points.length + writing;

  function setFull(): void {
    const now = full ? pending() > limits.pausePoints / 2 : pending() > limits.pausePoints;
    if (now === full) return;
    full = now;
    options.onFull(full);
  }

  /** Starts a run unless one is on; a run goes on until nothing more is due. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running ??= run().finally(() => {
      running = undefined;
      if (gathering.positions.size > 0) arm();
    });
    return running;
  }

  function arm(): void {
    if (!closed) timer ??= setTimeout(() => void flush(), limits.lingerMs);
  }

  async function run(): Promise<void> {
    while (gathering.positions.size > 0) {
      const mine = generation;
      const batch = gathering;
      gathering = emptyBatch();
      writing = batch.points.length;
      const stored = await store.write(batch.points, stopping.signal);
      if (mine === generation) writing = 0;
      if (!stored) return;
      await commit(batch.positions, mine);
      setFull();
      if (gathering.points.length < limits.batchPointsMax && !closed) return;
    }
  }

  async function commit(positions: Positions, mine: number): Promise<void> {
    if (mine !== generation) return;
    try {
      await options.commit(positions);
      counters.commits += 1;
    } catch (error) {
      // The next commit covers it; at worst the same points are written again.
      log.warn({ error: (error as Error).message }, 'offsets could not be committed');
    }
  }

  return {
    async add(points, partition, next) {
      const mine = generation;
      gathering.points.push(...points);
      gathering.positions.set(partition, next);
      if (gathering.points.length >= limits.batchPointsMax) void flush();
      else arm();
      setFull();
      while (pending() > limits.pendingPointsMax && mine === generation && !closed) await sleep(50);
    },
    discard() {
      generation += 1;
      gathering = emptyBatch();
      writing = 0;
      stopping.abort();
      stopping = new AbortController();
      setFull();
    },
    get generation() {
      return generation;
    },
    get pending() {
      return pending();
    },
    get healthy() {
      return store.healthy;
    },
    async close() {
      closed = true;
      const late = setTimeout(() => stopping.abort(), limits.closeMsMax);
      await running;
      await flush();
      clearTimeout(late);
      clearTimeout(timer);
    },
  };
}

function emptyBatch(): Batch {
  return { points: [], positions: new Map() };
}
