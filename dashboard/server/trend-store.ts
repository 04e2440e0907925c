/** Reads trends from InfluxDB 1.x, as a user that can only read. */
import { InfluxDB } from 'influx';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { influxTls } from '../../process/influx-tls.ts';
import {
  countsQueryText,
  type StoredQuery,
  type TrendPlan,
  type TrendRow,
  trendQueryText,
  valuesOfCodeMax,
  valuesQueryText,
} from './core/trend-query.ts';
import { type RawSeries, trendRowsOf } from './core/trend-rows.ts';
import type { StoredValue } from './core/what-if.ts';
import type { HourCount } from './core/what-if-spans.ts';

const timeoutMs = 10_000;

export type TrendStore = {
  /**
   * Returns the rows of each code, oldest first.
   * @throws VigilError `trends-unavailable` if InfluxDB does not answer or answers with an error
   */
  query(plan: TrendPlan, associationId: string): Promise<Map<string, TrendRow[]>>;
  /**
   * Returns the number of values of all codes in each hour.
   * @throws VigilError `trends-unavailable`
   */
  counts(stored: StoredQuery, associationId: string): Promise<HourCount[]>;
  /**
   * Returns the raw values.
   * @throws VigilError `trends-unavailable`
   */
  values(stored: StoredQuery, associationId: string): Promise<StoredValue[]>;
};

export function createTrendStore(
  options: {
    readonly influxUrl: string;
    readonly influxCaFile: string;
    readonly influxServerName: string;
    readonly servicesCrlFile: string;
    readonly influxUser: string;
    readonly influxPassword: string;
    readonly influxDatabase: string;
  },
  log: Pick<Logger, 'info' | 'error'>,
): TrendStore {
  const url = new URL(options.influxUrl);
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const influx = new InfluxDB({
    username: options.influxUser,
    password: options.influxPassword,
    database: options.influxDatabase,
    hosts: [
      {
        host: url.hostname,
        port: Number(url.port || 8086),
        protocol,
        options: influxTls(options, log),
      },
    ],
    pool: { requestTimeout: timeoutMs },
  });
  async function runQuery<T>(
    text: string,
    retentionPolicy: string,
    read: (series: readonly RawSeries[]) => T,
  ): Promise<T> {
    try {
      const { results }: RawAnswer = await influx.queryRaw(text, { precision: 'ms', retentionPolicy });
      const error = results.find((result) => result.error !== undefined)?.error;
      if (error !== undefined) throw new Error(error);
      const series = results.flatMap((result) => result.series ?? []);
      // InfluxDB marks an answer from which it left out rows, because of InfluxDB's own limit.
      if ([...results, ...series].some(({ partial }) => partial === true))
        throw new Error('InfluxDB left out a part of the answer');
      return read(series);
    } catch (cause) {
      throw new VigilError('trends-unavailable', 'The trends cannot be read now. Live values are still shown.', {
        cause,
      });
    }
  }

  return {
    query: async (plan, associationId) => runQuery(trendQueryText(plan, associationId), plan.retention, trendRowsOf),
    counts: async (stored, associationId) => runQuery(countsQueryText(stored, associationId), 'raw', countsOf),
    values: async (stored, associationId) => runQuery(valuesQueryText(stored, associationId), 'raw', valuesOf),
  };
}

type RawAnswer = { results: { error?: string; partial?: boolean; series?: RawSeries[] }[] };

function countsOf(series: readonly RawSeries[]): HourCount[] {
  return series.flatMap(({ values }) =>
    values.flatMap(([atMs, n]) => (typeof atMs === 'number' && typeof n === 'number' ? [{ atMs, valueCount: n }] : [])),
  );
}

function valuesOf(series: readonly RawSeries[]): StoredValue[] {
  return series.flatMap(({ tags: { code = '' } = {}, values }) => {
    if (values.length >= valuesOfCodeMax)
      throw new Error(`InfluxDB has more than ${valuesOfCodeMax} values of ${code} in the requested time`);
    return values.flatMap(([timeMs, value, questionable]) =>
      typeof timeMs === 'number' && typeof value === 'number'
        ? [{ timeMs, code, value, questionable: questionable === true }]
        : [],
    );
  });
}
