/** Tests the reading of trends from a real InfluxDB, with the dashboard's rights, also while InfluxDB is away. */

import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { describe, expect, inject, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import { formatInstant } from '../../contracts/time.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { until } from '../../tests/system.ts';
import { planTrend, type TrendPlan } from './core/trend-query.ts';
import { planTable } from './core/trend-table.ts';
import { influxCaFile, influxSecret, influxLine as line, writeLines } from './influx.testing.ts';
import { createTrendStore } from './trend-store.ts';

const platform = inject('platform');
const store = (influxUrl = platform.influxUrl, influxPassword = influxSecret(platform, 'influx-dashboard.password')) =>
  createTrendStore(
    {
      influxUrl,
      influxCaFile: influxCaFile(platform),
      influxServerName: 'influxdb',
      servicesCrlFile: '',
      influxUser: 'dashboard',
      influxPassword,
      influxDatabase: 'vigil',
    },
    pino({ level: 'silent' }),
  );

const write = (retention: string, lines: string[], user?: string) => writeLines(platform, retention, lines, user);

function plan(fromMs: number, toMs: number, points: number, nowMs: number): TrendPlan {
  const query = {
    codes: 'MDC_ECG_HEART_RATE,MDC_RESP_RATE',
    from: formatInstant(fromMs),
    to: formatInstant(toMs),
    points,
  };
  const trendPlan = planTrend(query, nowMs);
  if ('message' in trendPlan) throw new Error(trendPlan.message);
  return trendPlan;
}

describe('trends', () => {
  it('a trend has the mean, minimum and maximum of each step with values, for one association only', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    // t0 is a full minute, so that a step of ten seconds begins at t0.
    const t0 = Math.floor(nowMs / 60_000) * 60_000 - 120_000;
    const values: [number, number][] = [
      [0, 80],
      [1, 84],
      [2, 0],
      [10, 90],
      [40, 70],
    ];
    const lines = values.map(([second, value]) => line(id, 'MDC_ECG_HEART_RATE', value, t0 + second * 1000));
    expect(await write('raw', [...lines, line(`${id}-other`, 'MDC_ECG_HEART_RATE', 300, t0 + 1000)])).toBe(204);
    const rows = await until('the points', async () => {
      const points = await store().query(plan(t0, t0 + 60_000, 6, nowMs), id);
      return points.size > 0 && points;
    });
    expect([...rows.keys()]).toEqual(['MDC_ECG_HEART_RATE']);
    expect(rows.get('MDC_ECG_HEART_RATE')).toEqual([
      { timeMs: t0, mean: 164 / 3, min: 0, max: 84, count: 3 },
      { timeMs: t0 + 10_000, mean: 90, min: 90, max: 90, count: 1 },
      { timeMs: t0 + 40_000, mean: 70, min: 70, max: 70, count: 1 },
    ]);
  });

  it('a table has the last value of each interval, and whether it is questionable', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    const t0 = Math.floor(nowMs / 300_000) * 300_000 - 600_000;
    // Older trend writers wrote no field `questionable` for a value that is not questionable.
    const written = (second: number, value: number, questionable: boolean) =>
      `numerics,associationId=${id},code=MDC_RESP_RATE value=${value}${questionable ? ',questionable=true' : ''} ${t0 + second * 1_000}`;
    const lines = [written(250, 18, true), written(0, 12, true), written(299, 15, false), written(301, 0, true)];
    expect(await write('raw', lines)).toBe(204);
    const query = { codes: 'MDC_RESP_RATE', from: formatInstant(t0), to: formatInstant(t0 + 600_000), minutes: 5 };
    const tablePlan = planTable(query, nowMs);
    if ('message' in tablePlan) throw new Error(tablePlan.message);
    const rows = await until('the points', async () => {
      const points = await store().query(tablePlan, id);
      return points.size > 0 && points;
    });
    expect(rows.get('MDC_RESP_RATE')).toEqual([
      { timeMs: t0, mean: 15, min: 12, max: 18, count: 3, last: { value: 15, questionable: false } },
      { timeMs: t0 + 300_000, mean: 0, min: 0, max: 0, count: 1, last: { value: 0, questionable: true } },
    ]);
  });

  it('a trend of more than a day uses the minute means, with the minimum and maximum of each minute', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    const t0 = Math.floor(nowMs / 3_600_000) * 3_600_000 - 48 * 3_600_000;
    const minuteLine = (minute: number, value: number, min: number, max: number) =>
      `numerics,associationId=${id},code=MDC_RESP_RATE value=${value},min=${min},max=${max},count=60i ${t0 + minute * 60_000}`;
    expect(await write('minutes', [minuteLine(0, 15, 12, 18), minuteLine(1, 17, 4, 20)])).toBe(204);
    const rows = await until('the points', async () => {
      const points = await store().query(plan(t0, t0 + 47 * 3_600_000, 47, nowMs), id);
      return points.size > 0 && points;
    });
    expect(rows.get('MDC_RESP_RATE')).toEqual([{ timeMs: t0, mean: 16, min: 4, max: 20, count: 120 }]);
  });

  it('the dashboard cannot write trends', async () => {
    expect(await write('raw', ['numerics,associationId=x,code=y value=1 1'], 'dashboard')).toBe(403);
  });

  it('a trend query fails with trends-unavailable if InfluxDB is away or refuses the password', async () => {
    const [port = 0] = await freePorts(1);
    const nowMs = Date.now();
    const lastMinute = plan(nowMs - 60_000, nowMs, 10, nowMs);
    for (const broken of [store(`https://127.0.0.1:${port}`), store(platform.influxUrl, 'wrong')]) {
      await expect(broken.query(lastMinute, 'association-1')).rejects.toMatchObject({
        code: 'trends-unavailable',
        class: 'transient',
      });
    }
  });
});

describe('stored values', () => {
  const hr = 'MDC_ECG_HEART_RATE';
  const rr = 'MDC_RESP_RATE';

  it('the store returns all values of one association in a time, and their number in each hour', async () => {
    const id = `stored-${randomUUID()}`;
    const t0 = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
    const lines = [
      line(id, hr, 80, t0 - 1),
      line(id, hr, 81, t0 + 1_000),
      `${line(id, hr, 82, t0 + 2_000)}`.replace('value=82', 'value=82,questionable=true'),
      line(id, rr, 12, t0 + 2_000),
      line(id, hr, 83, t0 + hourMs),
      line(id, hr, 84, t0 + hourMs + 5_000),
      line(id, 'MDC_TEMP_BODY', 37, t0 + 1_000),
      line(`${id}-other`, hr, 300, t0 + 1_000),
    ];
    expect(await write('raw', lines)).toBe(204);
    const query = { codes: [hr, rr], fromMs: t0, toMs: t0 + hourMs + 5_000 };
    const values = await until('the values', async () => {
      const result = await store().values(query, id);
      return result.length === 4 && result;
    });
    const value = (code: string, atMs: number, number: number, questionable = false) => ({
      ...{ code, timeMs: t0 + atMs, value: number, questionable },
    });
    expect(values).toEqual([
      value(hr, 1_000, 81),
      value(hr, 2_000, 82, true),
      value(hr, hourMs, 83),
      value(rr, 2_000, 12),
    ]);
    expect(await store().counts(query, id)).toEqual([
      { atMs: t0, valueCount: 3 },
      { atMs: t0 + hourMs, valueCount: 1 },
    ]);
    expect(await store().values(query, `none-${randomUUID()}`)).toEqual([]);
    expect(await store().counts(query, `none-${randomUUID()}`)).toEqual([]);
  });

  it('the store fails with trends-unavailable if InfluxDB refuses the password, and accepts only an association id in a query', async () => {
    const query = { codes: [hr], fromMs: 0, toMs: 1 };
    const refused = store(platform.influxUrl, 'wrong');
    await expect(refused.values(query, 'association-1')).rejects.toMatchObject({ code: 'trends-unavailable' });
    await expect(refused.counts(query, 'association-1')).rejects.toMatchObject({ code: 'trends-unavailable' });
    for (const id of ["' OR 1=1 --", 'short', ''])
      await expect(store().values(query, id)).rejects.toThrow('not an association id');
  });
});
