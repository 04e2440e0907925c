import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentTypes, type ObservationRecord } from '../../contracts/messages/records.ts';
import { newScores } from '../../contracts/messages/scores.testing.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Child } from '../../ops/platform/child.ts';
import { type Influx, startInflux } from '../../ops/platform/influx.ts';
import { startBroker } from '../../ops/platform/kafka.ts';
import type { Platform } from '../../ops/platform/platform.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import { figuresOf, openLogAs, type RunningHouse, startHouse, until } from '../../tests/system.ts';

let own: { platform: Platform; data: TestPlatform };
let gateway: SealedLog;
let alarms: SealedLog;
let trends: RunningHouse;
let influx: Influx | undefined;
let kafka: Child | undefined;

beforeAll(async () => {
  // Of our own: it kills InfluxDB.
  own = await startTestPlatform(`test-${process.pid}-trends`);
  gateway = await openLogAs(own.data, 'gateway');
  alarms = await openLogAs(own.data, 'alarms');
  trends = await startHouse(own.data, 'trends');
});

afterAll(async () => {
  await trends?.close();
  await gateway?.close();
  await alarms?.close();
  await influx?.close();
  await kafka?.stop();
  await own?.platform.close();
  if (own) rmSync(own.data.stateDir, { recursive: true, force: true });
});

const heartRate = 'MDC_ECG_HEART_RATE';
const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;

type Values = ObservationRecord['reading']['values'];

/** Appends one reading, as the gateway does. */
async function append(associationId: string, n: number, values: Values): Promise<void> {
  const body: ObservationRecord = {
    deviceId: 'bed-01',
    receivedAt: new Date().toISOString(),
    reading: { time: new Date(startMs + n * 1000).toISOString(), intervalMs: 1000, values },
  };
  await gateway.append('observations', associationId, contentTypes.observation, body);
}

/** Publishes scores, as the alarm processor does. Of a partial set the total is left out. */
async function publishScores(associationId: string, n: number, atLeast: number, isPartial = false): Promise<void> {
  const scores = newScores(
    associationId,
    { atLeast, ...(isPartial ? { missing: ['oxygen'] } : { total: atLeast }) },
    { at: new Date(startMs + n * 1000).toISOString() },
  );
  const { total: _total, risk: _risk, response: _response, ...partial } = scores.news2;
  const body = isPartial ? { ...scores, news2: partial } : scores;
  await alarms.append('alarms', associationId, contentTypes.scores, body);
}

const beats = (value: number): Values => [{ code: heartRate, value, unit: '/min' }];

/** Rows of a query, read with the rights of the dashboard. */
async function query(text: string): Promise<(string | number | boolean | null)[][]> {
  const { stateDir, influxUrl } = own.data;
  const password = readFileSync(join(stateDir, 'secrets', 'influx-dashboard.password'), 'utf8').trim();
  const url = new URL(`/query?${new URLSearchParams({ db: 'vigil', epoch: 'ms', q: text })}`, influxUrl);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const call = request(
    url,
    {
      ca: readFileSync(join(stateDir, 'certs', 'ca.pem')),
      agent: false,
      headers: { authorization: `Basic ${Buffer.from(`dashboard:${password}`).toString('base64')}` },
    },
    (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve(body));
    },
  );
  call.on('error', reject);
  call.end();
  const answer = JSON.parse(await promise) as {
    error?: string;
    results?: { error?: string; series?: { values: (string | number | boolean | null)[][] }[] }[];
  };
  const error = answer.error ?? answer.results?.[0]?.error;
  if (error !== undefined) throw new Error(error);
  return answer.results?.[0]?.series?.[0]?.values ?? [];
}

const rowsOf = (associationId: string, fields = '"value"', retention = 'raw') =>
  query(`SELECT ${fields} FROM "${retention}"."numerics" WHERE "associationId" = '${associationId}'`);

const scoresOf = (associationId: string, code = 'VIGIL_NEWS2') =>
  query(`SELECT "value" FROM "raw"."numerics" WHERE "associationId" = '${associationId}' AND "code" = '${code}'`);

/** How many points these associations have in all. */
async function countOf(ids: readonly string[]): Promise<number> {
  const [row] = await query(
    `SELECT count("value") FROM "numerics" WHERE ${ids.map((id) => `"associationId" = '${id}'`).join(' OR ')}`,
  );
  return Number(row?.[1] ?? 0);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('trends', () => {
  it('the trends have every usable value at its event time, a real zero too, and a repeat once', async () => {
    const id = randomUUID();
    await append(id, 0, [
      { code: heartRate, value: 0, unit: '/min' },
      { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', validity: 'invalid' },
    ]);
    await append(id, 1, [{ code: heartRate, value: 71, unit: '/min', validity: 'questionable' }]);
    await append(id, 1, [{ code: heartRate, value: 71, unit: '/min', validity: 'questionable' }]);
    await append(id, 2, beats(72));
    await until('three points', async () => (await rowsOf(id)).length === 3);
    expect(await rowsOf(id, '"value", "questionable", "code"')).toEqual([
      [startMs, 0, null, heartRate],
      [startMs + 1000, 71, true, heartRate],
      [startMs + 2000, 72, null, heartRate],
    ]);
  });

  it('the processor skips a record that does not open or fit, names its position without its content, and continues', async () => {
    const id = randomUUID();
    await gateway.appender.append('observations', id, Buffer.from('no envelope, and Grace Hopper inside'));
    await gateway.append('observations', id, contentTypes.observation, { nonsense: 'Grace Hopper' });
    const moved = await gateway.sealer.keyFor(id, 'observations');
    const place = { topic: 'observations', key: randomUUID(), writer: 'gateway', boot: 'b', seq: 1 } as const;
    const sealed = gateway.sealer.seal(moved, place, contentTypes.observation, Buffer.from('{}'));
    await gateway.appender.append('observations', id, sealed);
    await append(id, 5, beats(75));
    await until('the good one', async () => (await rowsOf(id)).length === 1);
    // By offset: a batch that is handed out again is told again.
    const skipped = () =>
      new Map(
        trends
          .output()
          .split('\n')
          .filter((line) => line.includes('left out of the trends'))
          .map((line) => JSON.parse(line) as { code: string; offset: string })
          .map(({ code, offset }) => [offset, code]),
      );
    await until('all three are told', () => skipped().size === 3);
    // By place, not by time: the key of the second may be waited for, while what was moved is seen at once.
    const inOrder = [...skipped()].sort(([one], [other]) => Number(one) - Number(other));
    expect(inOrder.map(([, code]) => code)).toEqual(['sealed-malformed', 'payload-schema', 'sealed-moved']);
    expect([...skipped().keys()].every((offset) => /^\d+$/.test(offset))).toBe(true);
    expect(trends.output()).not.toContain('Hopper');
  });

  it('the trends have the scores that the alarm processor publishes, and keep a total apart from a score of incomplete inputs', async () => {
    const id = randomUUID();
    await publishScores(id, 0, 4);
    await publishScores(id, 300, 3, true);
    await publishScores(id, 600, 0);
    await publishScores(id, 600, 0);
    await until('both totals', async () => (await scoresOf(id)).length === 2);
    expect(await scoresOf(id)).toEqual([
      [startMs, 4],
      [startMs + 600_000, 0],
    ]);
    expect(await scoresOf(id, 'VIGIL_NEWS2_AT_LEAST')).toEqual([[startMs + 300_000, 3]]);
    expect(await scoresOf(id, 'VIGIL_SHOCK_INDEX')).toHaveLength(3);
  });

  it('the processor opens nothing of `alarms` but scores, and says once that a key is not for it', async () => {
    const id = randomUUID();
    const nonsense = { nonsense: 'Grace Hopper' };
    await alarms.append('alarms', id, contentTypes.alarmEvent, nonsense);
    const foreign = await alarms.sealer.keyFor(id, 'presence');
    for (const seq of [1, 2, 3]) {
      const place = { topic: 'alarms', key: id, writer: 'alarms', boot: 'b', seq } as const;
      const body = Buffer.from(JSON.stringify(newScores(id)));
      await alarms.appender.append('alarms', id, alarms.sealer.seal(foreign, place, contentTypes.scores, body));
    }
    await alarms.append('alarms', id, contentTypes.scores, nonsense);
    await publishScores(id, 0, 5);
    await until('the good one', async () => (await scoresOf(id)).length === 1);
    const codes = trends
      .output()
      .split('\n')
      .filter((line) => line.includes('left out of the trends') && line.includes('"topic":"alarms"'))
      .map((line) => (JSON.parse(line) as { code: string }).code);
    expect(codes.sort()).toEqual(['key-not-for-us', 'payload-schema']);
    expect(trends.output()).not.toContain('Hopper');
  });

  it('the processor leaves out values that are older than InfluxDB keeps, counts them, and keeps their neighbours', async () => {
    const id = randomUUID();
    await append(id, 0, beats(70));
    await append(id, -9 * 24 * 3600, beats(71));
    await append(id, 1, beats(72));
    await until('the two of today', async () => (await rowsOf(id)).length === 2);
    await until('it says so', () => trends.output().includes('InfluxDB refused points for good'));
  });

  it('the trends have every point after InfluxDB was killed for a while, and the processor meanwhile', async () => {
    const id = randomUUID();
    await append(id, 0, beats(60));
    await until('the first point', async () => (await rowsOf(id)).length === 1);
    process.kill(own.data.influxPid, 'SIGKILL');
    await until('InfluxDB is gone', () =>
      rowsOf(id).then(
        () => false,
        () => true,
      ),
    );
    for (let n = 1; n <= 150; n++) await append(id, n, beats(60 + (n % 40)));
    await publishScores(id, 100, 5);
    await until('it noticed', () => trends.output().includes('InfluxDB is away'));
    // What it had read and not written was not committed either.
    await trends.kill();
    const before = trends.output().length;
    await trends.start();
    for (let n = 151; n <= 300; n++) await append(id, n, beats(60 + (n % 40)));
    await publishScores(id, 200, 7);
    await until('the new one noticed too', () => trends.output().slice(before).includes('InfluxDB is away'));
    const away = await figuresOf(trends);
    expect([away.status, away.health]).toEqual([503, 'failing\n']);
    expect(away.figures).toContain('\nvigil_trends_influx_up 0\n');
    expect(away.figures).toMatch(/^vigil_trends_behind_seconds\{topic="observations"\} (?!0$)/m);
    expect(away.figures).toMatch(
      /^vigil_certificate_end_timestamp_seconds\{certificate="kafka-client",use="presents"\} \d/m,
    );
    const port = Number(new URL(own.data.influxUrl).port);
    const software = own.platform.software;
    influx = await startInflux({ software, stateDir: own.data.stateDir, port });
    const beatsOf = async () => (await rowsOf(id, '"value", "code"')).filter(([, , code]) => code === heartRate);
    await until('all points', async () => (await beatsOf()).length === 301);
    const rows = await beatsOf();
    await until('both scores', async () => (await scoresOf(id)).length === 2);
    expect(rows.map(([time]) => time)).toEqual(rows.map((_, n) => startMs + n * 1000));
    await until('it says so', () => trends.output().includes('InfluxDB is back'));
    const back = await until('nothing waits', async () => {
      const now = await figuresOf(trends);
      return now.figures.includes('\nvigil_trends_behind_seconds{topic="observations"} 0\n') ? now : undefined;
    });
    expect([back.status, back.health]).toEqual([200, 'ready\n']);
    expect(back.figures).toMatch(/^vigil_trends_points_total\{outcome="written"\} [1-9]/m);
  });

  it('the trends have every point when two processors share the work and one is killed', async () => {
    const ids = Array.from({ length: 24 }, () => randomUUID());
    const second = await startHouse(own.data, 'trends');
    try {
      const appendAll = async (from: number, to: number) => {
        for (let n = from; n < to; n++) await Promise.all(ids.map((id) => append(id, n, beats(60 + n))));
      };
      await appendAll(0, 10);
      await until('the first ten of each', async () => (await countOf(ids)) === ids.length * 10);
      const appending = appendAll(10, 60);
      await trends.kill();
      await appending;
      await until('all of each', async () => (await countOf(ids)) === ids.length * 60);
    } finally {
      await second.close();
    }
    await trends.start();
  });

  it('the processor continues by itself after Kafka was killed', async () => {
    const id = randomUUID();
    await append(id, 0, beats(60));
    await until('the first point', async () => (await rowsOf(id)).length === 1);
    process.kill(own.data.kafkaPid, 'SIGKILL');
    await until('Kafka is gone', () => !isRunning(own.data.kafkaPid));
    const { software } = own.platform;
    const port = Number(own.data.kafkaBrokers.split(':')[1]);
    const [controllerPort = 0] = await freePorts(1);
    kafka = await startBroker({ software, stateDir: own.data.stateDir, port, controllerPort });
    await until('it takes records again', () =>
      append(id, 1, beats(61)).then(
        () => true,
        () => false,
      ),
    );
    await until('the next point', async () => (await rowsOf(id)).length === 2);
  });

  it('values become minutes with mean, least and most before a person views a week', async () => {
    const id = randomUUID();
    for (const [n, value] of [60, 70, 80, 90].entries()) await append(id, n, beats(value));
    await append(id, 61, beats(0));
    const minutes = () => rowsOf(id, '"value", "min", "max", "count"', 'minutes');
    await until('two minutes', async () => (await minutes()).length === 2);
    expect(await minutes()).toEqual([
      [startMs, 75, 60, 90, 4],
      [startMs + 60_000, 0, 0, 0, 1],
    ]);
  });

  it('the processor starts where it stopped: a clean restart writes nothing twice', async () => {
    const id = randomUUID();
    await append(id, 0, beats(80));
    await until('the point', async () => (await rowsOf(id)).length === 1);
    await trends.close();
    const before = trends.output().length;
    await trends.start();
    await append(id, 1, beats(81));
    await until('the next point', async () => (await rowsOf(id)).length === 2);
    await trends.close();
    const last = trends
      .output()
      .slice(before)
      .split('\n')
      .find((line) => line.includes('"stopped"'));
    expect(JSON.parse(last!)).toMatchObject({ readings: 1, pointsWritten: 1 });
    await trends.start();
  });
});
