/** Writes points into InfluxDB 1.x, over HTTPS with user name and password. */
import { InfluxDB, type IPoint } from 'influx';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { measurement, type Point } from '../../contracts/trend-points.ts';
import { influxTls } from '../../process/influx-tls.ts';
import type { Settings } from '../../process/settings.ts';
import type { settings } from './settings.ts';

export type WriteResult = {
  /** Number of stored points. */
  readonly written: number;
  /**
   * Number of points that InfluxDB will never store, because they are older than the retention policy or have the wrong
   * field type.
   */
  readonly refused: number;
};

export type PointStore = {
  /**
   * Stores points. If InfluxDB refuses a whole batch as bad, the two halves are stored separately.
   * @throws VigilError `trends-unavailable` if InfluxDB is away, overloaded, or refuses the login. The caller must then
   * write the same points again. Throws any other error if Vigil's own code fails for a point; no point is then stored.
   */
  write(points: readonly Point[]): Promise<WriteResult>;
};

const requestTimeoutMs = 10_000;
const retention = 'raw';
/**
 * Turns off the retries of the library, and its rule to skip a failed host for some time. The caller retries with its
 * own backoff.
 */
const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

export function openPointStore(config: Settings<typeof settings>, log: Pick<Logger, 'info' | 'error'>): PointStore {
  const url = new URL(config.influxUrl);
  const client = new InfluxDB({
    hosts: [
      {
        host: url.hostname,
        port: Number(url.port || 443),
        protocol: 'https',
        options: influxTls(config, log),
      },
    ],
    username: config.influxUser,
    password: config.influxPassword,
    database: config.influxDatabase,
    pool: { maxRetries: 0, requestTimeout: requestTimeoutMs, backoff: noBackoff },
  });

  async function write(points: readonly Point[]): Promise<WriteResult> {
    if (points.length === 0) return { written: 0, refused: 0 };
    // The library makes its text before it returns the promise. So an error that is thrown here is an error about a
    // point, and never an error of the connection.
    const sent = client.writePoints(points.map(toInflux), { precision: 'ms', retentionPolicy: retention });
    try {
      await sent;
      return { written: points.length, refused: 0 };
    } catch (error) {
      const refusal = refusalOf(error, points.length);
      if (refusal === 'unavailable') throw unavailable(error);
      if (refusal !== 'bad') return { written: points.length - refusal.dropped, refused: refusal.dropped };
      if (points.length === 1) return { written: 0, refused: 1 };
      const middle = points.length >> 1;
      const [left, right] = [await write(points.slice(0, middle)), await write(points.slice(middle))];
      return { written: left.written + right.written, refused: left.refused + right.refused };
    }
  }
  return { write };
}

function toInflux(point: Point): IPoint {
  return {
    measurement,
    tags: { associationId: point.associationId, code: point.code },
    // `false` is written too, because a correction replaces only the fields that the correction has.
    fields: { value: point.value, questionable: point.questionable },
    timestamp: new Date(point.timeMs),
  };
}

/**
 * Returns the meaning of InfluxDB's error. After a status 400 with `partial write`, InfluxDB has stored all but
 * `dropped` points. After any other 400, or after a 413, InfluxDB has stored no point. Every other error can be
 * temporary, even a 401 while a password is changed.
 */
function refusalOf(error: unknown, sent: number): 'unavailable' | 'bad' | { dropped: number } {
  const status = (error as { res?: { statusCode?: number } }).res?.statusCode;
  if (status !== 400 && status !== 413) return 'unavailable';
  const message = (error as Error).message;
  if (!message.includes('partial write')) return 'bad';
  const dropped = Number(/dropped=(\d+)/.exec(message)?.[1] ?? 0);
  return { dropped: Math.min(dropped, sent) };
}

function unavailable(cause: unknown): VigilError {
  const { code, message } = cause as { code?: string; message?: string };
  const status = (cause as { res?: { statusCode?: number } }).res?.statusCode;
  const why = status === undefined ? (code ?? message ?? 'no answer') : `HTTP ${status}`;
  return new VigilError('trends-unavailable', `InfluxDB does not take points: ${why}.`, { cause });
}
