/**
 * Writes points to a store that may be away. Writes the same points again, with backoff, until they are stored or the
 * caller aborts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Point } from '../../contracts/trend-points.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';

export type PersistLimits = {
  /** Maximum number of points of one write. */
  readonly batchPointsMax: number;
  readonly retryFirstMs: number;
  readonly retryMsMax: number;
};

export type PersistentStore = {
  /** Resolves to true when all points are stored, or to false if `abort` is aborted first. */
  write(points: readonly Point[], abort: AbortSignal): Promise<boolean>;
  /** Whether the store accepted the last write. */
  readonly isHealthy: boolean;
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
      if (refused > 0) log.warn({ refused }, 'InfluxDB refused points, so they are not written again');
      if (!healthy) log.info('InfluxDB is back');
      healthy = true;
    } catch (error) {
      counters.writesFailed += 1;
      if (healthy) log.warn({ error: (error as Error).message }, 'InfluxDB is away, Kafka keeps the readings');
      healthy = false;
    }
    return healthy;
  }

  async function writePart(part: readonly Point[], abort: AbortSignal): Promise<boolean> {
    for (let waitMs = limits.retryFirstMs; !abort.aborted; waitMs = Math.min(2 * waitMs, limits.retryMsMax)) {
      if (await attempt(part)) return !abort.aborted;
      await sleep(waitMs, undefined, { signal: abort }).catch(() => undefined);
    }
    return false;
  }

  return {
    async write(points, abort) {
      for (let from = 0; from < points.length; from += limits.batchPointsMax) {
        if (!(await writePart(points.slice(from, from + limits.batchPointsMax), abort))) return false;
      }
      return !abort.aborted;
    },
    get isHealthy() {
      return healthy;
    },
  };
}
