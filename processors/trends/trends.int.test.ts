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
import { figuresOf, openLogAs, type RunningProcess, startProcess, until } from '../../tests/system.ts';

let testPlatform: { platform: Platform; data: TestPlatform };
let gateway: SealedLog;
let alarms: SealedLog;
let trends: RunningProcess;
let influx: Influx | undefined;
let kafka: Child | undefined;

beforeAll(async () => {
  // This test kills InfluxDB and Kafka, so it must not use the platform that other tests share.
  testPlatform = await startTestPlatform(`test-${process.pid}-trends`);
  gateway = await openLogAs(testPlatform.data, 'gateway');
  alarms = await openLogAs(testPlatform.data, 'alarms');
  trends = await startProcess(testPlatform.data, 'trends');
});

afterAll(async () => {
  await trends?.close();
  await gateway?.close();
  await alarms?.close();
  await influx?.close();
  await kafka?.stop();
  await testPlatform?.platform.close();
  if (testPlatform) rmSync(testPlatform.data.stateDir, { recursive: true, force: true });
});

const heartRate = 'MDC_ECG_HEART_RATE';
const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;

type Values = ObservationRecord['reading']['values'];

/** Appends a reading of second `n`, as the gateway does. */
async function append(associationId: string, n: number, values: Values): Promise<void> {
  const body: ObservationRecord = {
    deviceId: 'bed-01',
    receivedAt: new Date().toISOString(),
    reading: { time: new Date(startMs + n * 1000).toISOString(), intervalMs: 1000, values },
  };
  await gateway.append('observations', associationId, contentTypes.observation, body);
}

/** Publishes scores of second `n`, as the alarm processor does. Partial scores have no total. */
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

/** Returns the rows of a query, read with the rights of the dashboard. */
async function query(text: string): Promise<(string | number | boolean | null)[][]> {
  const { stateDir, influxUrl } = testPlatform.data;
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

/** Returns the number of points of these associations together. */
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
  it('the trends have every usable value at the device’s time, including a real zero, and a repeated value once', async () => {
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
      [startMs, 0, false, heartRate],
      [startMs + 1000, 71, true, heartRate],
      [startMs + 2000, 72, false, heartRate],
    ]);
  });

  it('a correction also corrects whether the value is questionable, in both directions', async () => {
    const id = randomUUID();
    await append(id, 0, [{ code: heartRate, value: 150, unit: '/min', validity: 'questionable' }]);
    await append(id, 1, beats(72));
    await until('two points', async () => (await rowsOf(id)).length === 2);
    await append(id, 0, beats(71));
    await append(id, 1, [{ code: heartRate, value: 151, unit: '/min', validity: 'questionable' }]);
    await until('the corrections', async () => (await rowsOf(id)).every(([, value]) => value === 71 || value === 151));
    expect(await rowsOf(id, '"value", "questionable"')).toEqual([
      [startMs, 71, false],
      [startMs + 1000, 151, true],
    ]);
  });

  it('the trend writer skips a record that it cannot open or that does not fit its schema, logs the position but not the content, and continues', async () => {
    const id = randomUUID();
    await gateway.appender.append('observations', id, Buffer.from('no envelope, and Grace Hopper inside'));
    await gateway.append('observations', id, contentTypes.observation, { nonsense: 'Grace Hopper' });
    const dataKey = await gateway.sealer.keyFor(id, 'observations');
    const place = { topic: 'observations', key: randomUUID(), writer: 'gateway', boot: 'b', seq: 1 } as const;
    const moved = gateway.sealer.seal(dataKey, place, contentTypes.observation, Buffer.from('{}'));
    await gateway.appender.append('observations', id, moved);
    await append(id, 5, beats(75));
    await until('the valid reading', async () => (await rowsOf(id)).length === 1);
    // A batch that is read twice gives two log lines for a record, so the lines are collected by offset.
    const skipped = () =>
      new Map(
        trends
          .output()
          .split('\n')
          .filter((line) => line.includes('left out of the trends'))
          .map((line) => JSON.parse(line) as { code: string; offset: string })
          .map(({ code, offset }) => [offset, code]),
      );
    await until('log lines for three skipped records', () => skipped().size === 3);
    // The lines may come in another order than the records, because the reader may wait for a data key.
    const inOrder = [...skipped()].sort(([a], [b]) => Number(a) - Number(b));
    expect(inOrder.map(([, code]) => code)).toEqual(['sealed-malformed', 'payload-schema', 'sealed-moved']);
    expect([...skipped().keys()].every((offset) => /^\d+$/.test(offset))).toBe(true);
    expect(trends.output()).not.toContain('Hopper');
  });

  it('the trends have the published scores; a total has another code than a score of incomplete inputs', async () => {
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

  it('the trend writer opens only scores of `alarms`, and logs once that it may not use a data key', async () => {
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
    await until('the valid scores', async () => (await scoresOf(id)).length === 1);
    const codes = trends
      .output()
      .split('\n')
      .filter((line) => line.includes('left out of the trends') && line.includes('"topic":"alarms"'))
      .map((line) => (JSON.parse(line) as { code: string }).code);
    expect(codes.sort()).toEqual(['key-not-for-us', 'payload-schema']);
    expect(trends.output()).not.toContain('Hopper');
  });

  it('the trend writer drops and counts values that are older than InfluxDB keeps, and writes the newer values', async () => {
    const id = randomUUID();
    await append(id, 0, beats(70));
    await append(id, -9 * 24 * 3600, beats(71));
    await append(id, 1, beats(72));
    await until('the two values of today', async () => (await rowsOf(id)).length === 2);
    await until('the log line', () =>
      trends.output().includes('InfluxDB refused points, so they are not written again'),
    );
  });

  it('the trends have every point after InfluxDB was killed, and the trend writer was killed before InfluxDB came back', async () => {
    const id = randomUUID();
    await append(id, 0, beats(60));
    await until('the first point', async () => (await rowsOf(id)).length === 1);
    process.kill(testPlatform.data.influxPid, 'SIGKILL');
    await until('the end of InfluxDB', () =>
      rowsOf(id).then(
        () => false,
        () => true,
      ),
    );
    for (let n = 1; n <= 150; n++) await append(id, n, beats(60 + (n % 40)));
    await publishScores(id, 100, 5);
    await until('the log line that InfluxDB is away', () => trends.output().includes('InfluxDB is away'));
    await trends.kill();
    const before = trends.output().length;
    await trends.start();
    for (let n = 151; n <= 300; n++) await append(id, n, beats(60 + (n % 40)));
    await publishScores(id, 200, 7);
    await until('the log line of the new process', () => trends.output().slice(before).includes('InfluxDB is away'));
    const away = await figuresOf(trends);
    expect([away.status, away.health]).toEqual([503, 'failing\n']);
    expect(away.figures).toContain('\nvigil_trends_influx_up 0\n');
    expect(away.figures).toMatch(/^vigil_trends_behind_seconds\{topic="observations"\} (?!0$)/m);
    expect(away.figures).toMatch(
      /^vigil_certificate_end_timestamp_seconds\{certificate="kafka-client",use="presents"\} \d/m,
    );
    const port = Number(new URL(testPlatform.data.influxUrl).port);
    const software = testPlatform.platform.software;
    influx = await startInflux({ software, stateDir: testPlatform.data.stateDir, port });
    const beatsOf = async () => (await rowsOf(id, '"value", "code"')).filter(([, , code]) => code === heartRate);
    await until('all points', async () => (await beatsOf()).length === 301);
    const rows = await beatsOf();
    await until('both scores', async () => (await scoresOf(id)).length === 2);
    expect(rows.map(([time]) => time)).toEqual(rows.map((_, n) => startMs + n * 1000));
    await until('the log line that InfluxDB is back', () => trends.output().includes('InfluxDB is back'));
    const back = await until('an empty backlog', async () => {
      const now = await figuresOf(trends);
      return now.figures.includes('\nvigil_trends_behind_seconds{topic="observations"} 0\n') ? now : undefined;
    });
    expect([back.status, back.health]).toEqual([200, 'ready\n']);
    expect(back.figures).toMatch(/^vigil_trends_points_total\{outcome="written"\} [1-9]/m);
  });

  it('the trends have every point after one of two trend writers is killed', async () => {
    const ids = Array.from({ length: 24 }, () => randomUUID());
    const second = await startProcess(testPlatform.data, 'trends');
    try {
      const appendAll = async (from: number, to: number) => {
        for (let n = from; n < to; n++) await Promise.all(ids.map((id) => append(id, n, beats(60 + n))));
      };
      await appendAll(0, 10);
      await until('the first ten points of each association', async () => (await countOf(ids)) === ids.length * 10);
      const appending = appendAll(10, 60);
      await trends.kill();
      await appending;
      await until('all points of each association', async () => (await countOf(ids)) === ids.length * 60);
    } finally {
      await second.close();
    }
    await trends.start();
  });

  it('the trend writer continues after Kafka was killed and started again', async () => {
    const id = randomUUID();
    await append(id, 0, beats(60));
    await until('the first point', async () => (await rowsOf(id)).length === 1);
    process.kill(testPlatform.data.kafkaPid, 'SIGKILL');
    await until('the end of Kafka', () => !isRunning(testPlatform.data.kafkaPid));
    const { software } = testPlatform.platform;
    const port = Number(testPlatform.data.kafkaBrokers.split(':')[1]);
    const [controllerPort = 0] = await freePorts(1);
    const { stateDir } = testPlatform.data;
    kafka = await startBroker({ software, stateDir, port, controllerPort, shortLived: true });
    await until('an accepted append', () =>
      append(id, 1, beats(61)).then(
        () => true,
        () => false,
      ),
    );
    await until('the next point', async () => (await rowsOf(id)).length === 2);
  });

  it('InfluxDB makes minutes with mean, minimum, maximum and count from the points', async () => {
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

  it('the trend writer writes no point twice after a clean restart', async () => {
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
