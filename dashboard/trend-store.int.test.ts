/** Trends out of a real InfluxDB, with the rights that the dashboard has there, and without one. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { formatInstant } from '../contracts/time.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { until } from '../tests/system.ts';
import { planTrend, type TrendPlan } from './core/trend-query.ts';
import { createTrendStore } from './trend-store.ts';

const platform = inject('platform');
const secret = (name: string) => readFileSync(join(platform.stateDir, 'secrets', name), 'utf8').trim();
const ca = join(platform.stateDir, 'certs', 'ca.pem');
const store = (influxUrl = platform.influxUrl, influxPassword = secret('influx-dashboard.password')) =>
  createTrendStore({ influxUrl, influxCaFile: ca, influxUser: 'dashboard', influxPassword, influxDatabase: 'vigil' });

/** Writes lines as the trends processor may. @returns the HTTP status */
function write(retention: string, lines: string[], user = 'trends'): Promise<number> {
  const query = new URLSearchParams({
    db: 'vigil',
    rp: retention,
    precision: 'ms',
    u: user,
    p: secret(`influx-${user}.password`),
  });
  return new Promise((resolve, reject) => {
    const sent = request(
      `${platform.influxUrl}/write?${query}`,
      { method: 'POST', ca: readFileSync(ca) },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(lines.join('\n'));
  });
}

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
  it('are the mean, least and most of each step, gaps left out, of one association alone', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    // On a minute, so that a step of ten seconds begins with it.
    const t0 = Math.floor(nowMs / 60_000) * 60_000 - 120_000;
    const line = (tag: string, code: string, value: number, atMs: number) =>
      `numerics,associationId=${tag},code=${code} value=${value} ${atMs}`;
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

  it('of days come from the minutes, with their own least and most', async () => {
    const id = `trend-${randomUUID()}`;
    const nowMs = Date.now();
    const t0 = Math.floor(nowMs / 3_600_000) * 3_600_000 - 48 * 3_600_000;
    const line = (minute: number, value: number, min: number, max: number) =>
      `numerics,associationId=${id},code=MDC_RESP_RATE value=${value},min=${min},max=${max},count=60i ${t0 + minute * 60_000}`;
    expect(await write('minutes', [line(0, 15, 12, 18), line(1, 17, 4, 20)])).toBe(204);
    const rows = await until('the points', async () => {
      const found = await store().query(plan(t0, t0 + 47 * 3_600_000, 47, nowMs), id);
      return found.size > 0 && found;
    });
    expect(rows.get('MDC_RESP_RATE')).toEqual([{ timeMs: t0, mean: 16, min: 4, max: 20 }]);
  });

  it('cannot be written by the dashboard', async () => {
    expect(await write('raw', ['numerics,associationId=x,code=y value=1 1'], 'dashboard')).toBe(403);
  });

  it('are unavailable, and say so, where InfluxDB is away or refuses', async () => {
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
