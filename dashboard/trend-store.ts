/** Trends from InfluxDB 1.x, by the one user that may read there. */
import { readFileSync } from 'node:fs';
import { InfluxDB } from 'influx';
import { VigilError } from '../contracts/errors.ts';
import { type TrendPlan, type TrendRow, trendQueryText } from './core/trend-query.ts';

const timeoutMs = 10_000;

export type TrendStore = {
  /** Rows by code, oldest first. @throws VigilError `trends-unavailable`, whatever is wrong there */
  query(plan: TrendPlan, associationId: string): Promise<Map<string, TrendRow[]>>;
};

export function createTrendStore(options: {
  readonly influxUrl: string;
  readonly influxCaFile: string;
  readonly influxUser: string;
  readonly influxPassword: string;
  readonly influxDatabase: string;
}): TrendStore {
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
        options: { ca: readFileSync(options.influxCaFile, 'utf8') },
      },
    ],
    pool: { requestTimeout: timeoutMs },
  });
  return {
    async query(plan, associationId) {
      const text = trendQueryText(plan, associationId);
      try {
        const results = await influx.queryRaw(text, { precision: 'ms', retentionPolicy: plan.retention });
        return rowsOf(results);
      } catch (cause) {
        throw new VigilError('trends-unavailable', 'The trends cannot be read now; live values go on.', { cause });
      }
    },
  };
}

type RawSeries = { tags?: { code?: string }; columns: string[]; values: (number | null)[][] };

function rowsOf(response: { results: { error?: string; series?: RawSeries[] }[] }): Map<string, TrendRow[]> {
  const rows = new Map<string, TrendRow[]>();
  for (const { error, series } of response.results) {
    if (error !== undefined) throw new Error(error);
    for (const { tags, values } of series ?? []) {
      const known = rows.get(tags?.code ?? '') ?? [];
      rows.set(tags?.code ?? '', known);
      for (const [timeMs, mean, min, max] of values) {
        if (
          typeof timeMs === 'number' &&
          typeof mean === 'number' &&
          typeof min === 'number' &&
          typeof max === 'number'
        )
          known.push({ timeMs, mean, min, max });
      }
    }
  }
  return rows;
}
