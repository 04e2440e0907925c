/** Trends out of a real InfluxDB, with the rights that the dashboard has there, and without one. */

import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { describe, expect, inject, it } from 'vitest';
import { formatInstant } from '../../contracts/time.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { until } from '../../tests/system.ts';
import { planTrend, type TrendPlan } from './core/trend-query.ts';
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
  const made = planTrend(query, nowMs);
  if ('message' in made) throw new Error(made.message);
  return made;
}

describe('trends', () => {
  it('trends are the mean, least and most of each step, without gaps, of one association only', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    // On a minute, so that a step of ten seconds begins with it.
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
      const found = await store().query(plan(t0, t0 + 60_000, 6, nowMs), id);
      return found.size > 0 && found;
    });
    expect([...rows.keys()]).toEqual(['MDC_ECG_HEART_RATE']);
    expect(rows.get('MDC_ECG_HEART_RATE')).toEqual([
      { timeMs: t0, mean: 164 / 3, min: 0, max: 84 },
      { timeMs: t0 + 10_000, mean: 90, min: 90, max: 90 },
      { timeMs: t0 + 40_000, mean: 70, min: 70, max: 70 },
    ]);
  });

  it('trends of days come from the minutes, with their own least and most', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    const t0 = Math.floor(nowMs / 3_600_000) * 3_600_000 - 48 * 3_600_000;
    const minuteLine = (minute: number, value: number, min: number, max: number) =>
      `numerics,associationId=${id},code=MDC_RESP_RATE value=${value},min=${min},max=${max},count=60i ${t0 + minute * 60_000}`;
    expect(await write('minutes', [minuteLine(0, 15, 12, 18), minuteLine(1, 17, 4, 20)])).toBe(204);
    const rows = await until('the points', async () => {
      const found = await store().query(plan(t0, t0 + 47 * 3_600_000, 47, nowMs), id);
      return found.size > 0 && found;
    });
    expect(rows.get('MDC_RESP_RATE')).toEqual([{ timeMs: t0, mean: 16, min: 4, max: 20 }]);
  });

  it('the dashboard cannot write trends', async () => {
    expect(await write('raw', ['numerics,associationId=x,code=y value=1 1'], 'dashboard')).toBe(403);
  });

  it('trends are unavailable, and say so, if InfluxDB is away or refuses', async () => {
    const [port = 0] = await freePorts(1);
    const nowMs = Date.now();
    const asked = plan(nowMs - 60_000, nowMs, 10, nowMs);
    for (const broken of [store(`https://127.0.0.1:${port}`), store(platform.influxUrl, 'wrong')]) {
      await expect(broken.query(asked, 'association-1')).rejects.toMatchObject({
        code: 'trends-unavailable',
        class: 'transient',
      });
    }
  });
});

describe('stored values', () => {
  const hr = 'MDC_ECG_HEART_RATE';
  const rr = 'MDC_RESP_RATE';

  it('stored values are all measured values of one association and time, and are counted by the hour', async () => {
    const id = `stored-${randomUUID()}`;
    const hourMs = 3_600_000;
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
    const asked = { codes: [hr, rr], fromMs: t0, toMs: t0 + hourMs + 5_000 };
    const values = await until('the values', async () => {
      const found = await store().values(asked, id);
      return found.length === 4 && found;
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
    expect(await store().counts(asked, id)).toEqual([
      { atMs: t0, values: 3 },
      { atMs: t0 + hourMs, values: 1 },
    ]);
    expect(await store().values(asked, `none-${randomUUID()}`)).toEqual([]);
    expect(await store().counts(asked, `none-${randomUUID()}`)).toEqual([]);
  });

  it('stored values are unavailable, and say so, if InfluxDB refuses; nothing but an id enters the query', async () => {
    const asked = { codes: [hr], fromMs: 0, toMs: 1 };
    const refused = store(platform.influxUrl, 'wrong');
    await expect(refused.values(asked, 'association-1')).rejects.toMatchObject({ code: 'trends-unavailable' });
    await expect(refused.counts(asked, 'association-1')).rejects.toMatchObject({ code: 'trends-unavailable' });
    for (const id of ["' OR 1=1 --", 'short', ''])
      await expect(store().values(asked, id)).rejects.toThrow('not an association id');
  });
});
