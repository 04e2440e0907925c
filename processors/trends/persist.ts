/** Writes to a store that may be away: repeats the same points with backoff until they are stored or the caller stops. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Point } from './core/points.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';

export type PersistLimits = {
  /** Points of one write. */
  readonly batchPointsMax: number;
  readonly retryFirstMs: number;
  readonly retryMsMax: number;
};

export type PersistentStore = {
  /** True once all points are stored; false if `over` was aborted before. */
  write(points: readonly Point[], over: AbortSignal): Promise<boolean>;
  /** The store took the last write. */
  readonly healthy: boolean;
};

export function persistentStore(
  store: PointStore,
  limits: PersistLimits,
  counters: TrendCounters,
  log: Logger,
): PersistentStore {
  let healthy = true;

  async function attempt(part: readonly Point[]): Promise<boolean> {
    try {
      const { written, refused } = await store.write(part);
      counters.pointsWritten += written;
      counters.pointsRefused += refused;
      if (refused > 0) log.warn({ refused }, 'InfluxDB refused points for good');
      if (!healthy) log.info('InfluxDB is back');
      healthy = true;
    } catch (error) {
      counters.writesFailed += 1;
      if (healthy) log.warn({ error: (error as Error).message }, 'InfluxDB is away, Kafka keeps the readings');
      healthy = false;
    }
    return healthy;
  }

  async function writePart(part: readonly Point[], over: AbortSignal): Promise<boolean> {
    for (let waitMs = limits.retryFirstMs; !over.aborted; waitMs = Math.min(2 * waitMs, limits.retryMsMax)) {
      if (await attempt(part)) return !over.aborted;
      await sleep(waitMs, undefined, { signal: over }).catch(() => undefined);
    }
    return false;
  }

  return {
    async write(points, over) {
      for (let at = 0; at < points.length; at += limits.batchPointsMax) {
        if (!(await writePart(points.slice(at, at + limits.batchPointsMax), over))) return false;
      }
      return !over.aborted;
    },
    get healthy() {
      return healthy;
    },
  };
}
