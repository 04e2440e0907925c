/**
 * Writes points to a store that may be away. Writes the same points again, with backoff, until they are stored or the
 * caller aborts. If Vigil's own code fails for a point, only this point is left out: its record would otherwise stop
 * the trends of all patients.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { Point } from '../../contracts/trend-points.ts';
import { thrownAtText } from '../../process/thrown-at.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';

/** A left-out point is logged at most this often. Each such point is counted. */
const logFailureAgainMs = 10_000;

export type PersistLimits = {
  /** Maximum number of points of one write. */
  readonly batchPointsMax: number;
  readonly retryFirstMs: number;
  readonly retryMsMax: number;
};

export type PersistentStore = {
  /**
   * Resolves to true when all points are stored or left out, or to false if `abort` is aborted first.
   */
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
  let failureLoggedAtMs = Number.NEGATIVE_INFINITY;

  /** Returns the error of Vigil's own code, if the part could not be written because of one. */
  async function attempt(part: readonly Point[]): Promise<'stored' | 'away' | { codeError: unknown }> {
    try {
      const { written, refused } = await store.write(part);
      counters.pointsWritten += written;
      counters.pointsRefused += refused;
      if (refused > 0) log.warn({ refused }, 'InfluxDB refused points, so they are not written again');
      if (!healthy) log.info('InfluxDB is back');
      healthy = true;
      return 'stored';
    } catch (error) {
      if (!(error instanceof VigilError)) return { codeError: error };
      counters.writesFailed += 1;
      if (healthy) log.warn({ error: error.message }, 'InfluxDB is away, Kafka keeps the readings');
      healthy = false;
      return 'away';
    }
  }

  async function writePart(part: readonly Point[], abort: AbortSignal): Promise<boolean> {
    for (let waitMs = limits.retryFirstMs; !abort.aborted; waitMs = Math.min(2 * waitMs, limits.retryMsMax)) {
      const result = await attempt(part);
      if (result === 'stored') break;
      if (result !== 'away') return leaveOutOrHalve(part, result.codeError, abort);
      await sleep(waitMs, undefined, { signal: abort }).catch(() => undefined);
    }
    return !abort.aborted;
  }

  /** Finds the points for which the code fails: writes the two halves separately, in the order of the log. */
  async function leaveOutOrHalve(part: readonly Point[], codeError: unknown, abort: AbortSignal): Promise<boolean> {
    const middle = part.length >> 1;
    if (middle > 0)
      return (await writePart(part.slice(0, middle), abort)) && (await writePart(part.slice(middle), abort));
    leaveOut(part[0]!, codeError);
    return !abort.aborted;
  }

  function leaveOut({ associationId, code }: Point, codeError: unknown): void {
    counters.pointsFailed += 1;
    const nowMs = performance.now();
    if (nowMs - failureLoggedAtMs < logFailureAgainMs) return;
    failureLoggedAtMs = nowMs;
    const reason = `The code failed${thrownAtText(codeError)}.`;
    log.error({ associationId, code, failed: counters.pointsFailed, reason }, 'a point is left out of the trends');
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
