/**
 * Between Kafka and InfluxDB: gathers points into batches, and commits their offsets once InfluxDB has them. While InfluxDB is away, Kafka
 * is the buffer: the reader pauses, and the same batch is tried until it is stored.
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
   * Takes the points of one partition's records and the offset after them. Resolves at once. At the hard limit of the buffer it resolves
   * when there is room again, or when the points were discarded.
   */
  add(points: readonly Point[], partition: number, next: bigint): Promise<void>;
  /** Drops the points that are not written. The next owner of the partitions reads them again from the committed offsets. */
  discard(): void;
  /**
   * Changes at each discard. Points of records that were taken before a discard must not be added after it: a commit would then skip the
   * discarded points.
   */
  readonly generation: number;
  /** Points gathered or being written. */
  readonly pending: number;
  /** InfluxDB took the last batch. */
  readonly healthy: boolean;
  /** Tries to write the pending points, for 5 s at most. The rest is read again at the next start. */
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
  /** The reader pauses above this many points. */
  pausePoints: 20_000,
  /** Records that were fetched before the pause may still come. Above this many points, `add` waits. About 100 bytes each. */
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

  /** Starts a run unless one is active. A run continues until nothing more is due. */
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
      // The next commit includes it. At worst the same points are written again.
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
