/**
 * Runs `trends rebuild` after InfluxDB lost its data, with a real Kafka and a real InfluxDB, while the trend writer
 * runs.
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { InfluxDB } from 'influx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../contracts/durations.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes, type ObservationRecord, type Role } from '../../contracts/messages/records.ts';
import { newScores } from '../../contracts/messages/scores.testing.ts';
import { writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readAllRecords } from '../../tests/log-witness.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import { openLogAs, type RunningProcess, root, startProcess, until } from '../../tests/system.ts';
import { ensureDatabase, runStatement } from '../platform/influx-setup.ts';
import type { Platform } from '../platform/platform.ts';

const password = 'a long enough phrase';
/** A whole minute, three days ago. InfluxDB's own continuous queries only compute the last 26 h. */
const longAgoMs = Math.floor((Date.now() - 3 * dayMs) / minuteMs) * minuteMs;
const recentMs = Math.floor((Date.now() - 30 * minuteMs) / minuteMs) * minuteMs;

let testPlatform: { platform: Platform; data: TestPlatform };
let gateway: SealedLog;
let alarms: SealedLog;
let trends: RunningProcess;
let reader: InfluxDB;
let accountsFile: string;

beforeAll(async () => {
  // A separate Kafka and InfluxDB, because this test deletes the data of InfluxDB.
  testPlatform = await startTestPlatform(`test-${process.pid}-rebuild`);
  const { stateDir, influxUrl } = testPlatform.data;
  accountsFile = join(stateDir, 'accounts.json');
  const hash = cheapHash(password);
  const account = (userId: string, role: Role, wards: string[]) =>
    [userId, { userId, name: userId, role, wards, password: hash, disabled: false }] as const;
  writeAccounts(
    accountsFile,
    new Map([
      account('technician', 'technician', ['*']),
      account('icu', 'technician', ['icu']),
      account('nurse', 'nurse', ['*']),
    ]),
  );
  gateway = await openLogAs(testPlatform.data, 'gateway');
  alarms = await openLogAs(testPlatform.data, 'alarms');
  trends = await startProcess(testPlatform.data, 'trends');
  const { hostname, port } = new URL(influxUrl);
  const ca = readFileSync(join(stateDir, 'certs', 'ca.pem'));
  reader = new InfluxDB({
    hosts: [{ host: hostname, port: Number(port), protocol: 'https', options: { ca } }],
    username: 'dashboard',
    password: readFileSync(join(stateDir, 'secrets', 'influx-dashboard.password'), 'utf8').trim(),
    database: 'vigil',
  });
});

afterAll(async () => {
  await trends?.close();
  await gateway?.close();
  await alarms?.close();
  await testPlatform?.platform.close();
  if (testPlatform) rmSync(testPlatform.data.stateDir, { recursive: true, force: true });
});

async function append(associationId: string, timeMs: number, value: number): Promise<void> {
  const body: ObservationRecord = {
    deviceId: 'bed-01',
    receivedAt: new Date().toISOString(),
    reading: {
      time: new Date(timeMs).toISOString(),
      intervalMs: 1000,
      values: [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }],
    },
  };
  await gateway.append('observations', associationId, contentTypes.observation, body);
}

type Row = { time: { getTime(): number }; value: number; count?: number };

async function rowsOf(associationId: string, policy: 'raw' | 'minutes'): Promise<number[][]> {
  const rows = await reader.query<Row>(
    `SELECT * FROM "${policy}"."numerics" WHERE "associationId" = '${associationId}' ORDER BY time`,
  );
  return rows.map(({ time, value, count }) => [time.getTime(), value, ...(count === undefined ? [] : [count])]);
}

async function vigil(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'ops/vigil.ts'), 'trends', 'rebuild', ...args], {
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH,
      VIGIL_STATE_DIR: testPlatform.data.stateDir,
      VIGIL_KAFKA_BROKERS: testPlatform.data.kafkaBrokers,
      VIGIL_INFLUX_URL: testPlatform.data.influxUrl,
      VIGIL_ACCOUNTS_FILE: accountsFile,
    },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(password);
  const closed = new Promise<number | null>((done) => child.on('close', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { out, err, code };
}
const rebuild = (user: string) => vigil('--as', user, '--password-stdin', '--why', 'the disk of InfluxDB was lost');

async function wipe(): Promise<void> {
  const { stateDir, influxUrl } = testPlatform.data;
  const adminPassword = readFileSync(join(stateDir, 'secrets', 'influx-admin.password'), 'utf8').trim();
  const ca = readFileSync(join(stateDir, 'certs', 'ca.pem'), 'utf8');
  const setup = { url: influxUrl, ca, adminPassword, users: [] };
  // Leaves InfluxDB as after its first start: with database, retention policies and continuous queries, but without
  // data.
  await runStatement(setup, 'DROP DATABASE vigil');
  await ensureDatabase(setup);
  const users = ['trends', 'dashboard'] as const;
  for (const user of users)
    await runStatement(setup, `GRANT ${user === 'trends' ? 'WRITE' : 'READ'} ON vigil TO ${user}`);
}

it('a rebuild restores all trends and their minute values while new readings come; a second rebuild changes nothing', {
  timeout: 300_000,
}, async () => {
  const [early, corrected, scored, live] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  for (let n = 0; n < 90; n += 1) await append(early, longAgoMs + n * 1000, 60 + (n % 30));
  await append(corrected, recentMs, 190);
  await append(corrected, recentMs, 91);
  const scores = newScores(scored, { atLeast: 5, total: 5 }, { at: new Date(recentMs).toISOString() });
  await alarms.append('alarms', scored, contentTypes.scores, scores);
  await until('the score is written', async () => (await rowsOf(scored, 'raw')).length > 1);
  await until('all values are written', async () => (await rowsOf(early, 'raw')).length === 90);
  await until('the corrected value is written', async () => (await rowsOf(corrected, 'raw'))[0]?.[1] === 91);
  const rowsBefore = {
    early: await rowsOf(early, 'raw'),
    corrected: await rowsOf(corrected, 'raw'),
    scored: await rowsOf(scored, 'raw'),
  };

  await wipe();
  expect([await rowsOf(early, 'raw'), await rowsOf(early, 'minutes')]).toEqual([[], []]);

  const results = [];
  for (const round of [0, 1]) {
    let isRunning = true;
    const result = rebuild('technician').finally(() => (isRunning = false));
    for (let n = 0; isRunning; n += 1) await append(live, recentMs + round * 600_000 + n * 1000, 70 + round);
    results.push(await result);
    expect({
      early: await rowsOf(early, 'raw'),
      corrected: await rowsOf(corrected, 'raw'),
      scored: await rowsOf(scored, 'raw'),
    }).toEqual(rowsBefore);
    expect(await rowsOf(early, 'minutes')).toEqual([
      [longAgoMs, 74.5, 60],
      [longAgoMs + minuteMs, 74.5, 30],
    ]);
  }
  for (const { code, out } of results) {
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/records read, \d+ points written\.\nMinute values: computed again/),
    });
  }
  expect(trends.output()).not.toMatch(/uncaught|refused points/);

  const audit = await auditDetails();
  expect(audit).toContain('technician trends-rebuilt asked for, why: the disk of InfluxDB was lost');
  expect(audit.filter((line) => /trends-rebuilt written: \d+ points/.test(line))).toHaveLength(2);
});

it.each(['nurse', 'icu'])(
  'a rebuild by the account %s is refused and recorded, and writes no point',
  { timeout: 120_000 },
  async (user) => {
    const id = randomUUID();
    await append(id, recentMs, 80);
    await until('the value is written', async () => (await rowsOf(id, 'raw')).length === 1);
    await wipe();
    const { code, err, out } = await rebuild(user);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(new RegExp(`^${user} is refused: `));
    expect(await rowsOf(id, 'raw')).toEqual([]);
    expect(await auditDetails()).toContain(`${user} access-denied rebuild trends, why: the disk of InfluxDB was lost`);
  },
);

async function auditDetails(): Promise<string[]> {
  const operator = await openLogAs(testPlatform.data, 'operator');
  const records = await readAllRecords(operator, 'audit');
  await operator.close();
  return records.flatMap(({ opened }) => {
    const checked = checkRecord(opened.contentType, opened.plaintext);
    if (!checked.ok || checked.contentType !== contentTypes.audit) return [];
    const { actor, action, detail } = checked.body;
    return [`${actor.userId} ${action} ${detail}`];
  });
}
