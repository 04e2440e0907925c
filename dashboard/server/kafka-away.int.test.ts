/**
 * Tests the dashboard while Kafka does not answer: the screens say so, acts and new views are refused, and everything
 * works again when Kafka answers. This test stops its own Kafka.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Platform } from '../../ops/platform/platform.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import {
  admitted,
  associate,
  figuresOf,
  openLogAs,
  type RunningProcess,
  startProcess,
  until,
} from '../../tests/system.ts';
import { type Account, writeAccounts } from './accounts/accounts.ts';
import { newBrowser } from './browser.testing.ts';
import { kafkaAwayMs } from './core/health.ts';

const password = 'a long enough phrase';
const period = admitted('1', 'icu', 'Somename');
let own: { platform: Platform; data: TestPlatform };
let dashboard: RunningProcess;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-dashboard`);
  const { data } = own;
  const operator = await openLogAs(data, 'operator');
  closing.push(operator.close);
  await associate(data, operator, 'bed-01', 1, period);
  const account: Account = {
    userId: 'nurse',
    name: 'Nora',
    role: 'nurse',
    wards: ['icu'],
    password: cheapHash(password),
    disabled: false,
  };
  writeAccounts(join(data.stateDir, 'secrets', 'accounts.json'), new Map([['nurse', account]]));
  dashboard = await startProcess(data, 'dashboard');
  closing.push(dashboard.close);
});

afterAll(async () => {
  process.kill(own.data.kafkaPid, 'SIGCONT');
  for (const close of closing.reverse()) await close();
  await own.platform.close();
  rmSync(own.data.stateDir, { recursive: true, force: true });
});

it('while Kafka is away, the screens show a notice in time, and acts that cannot be recorded are refused', async () => {
  const { data } = own;
  const origin = `https://localhost:${data.httpPort}`;
  const nurse = newBrowser({
    port: data.httpPort,
    ca: readFileSync(join(data.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin,
  });
  await nurse.login('nurse', password);
  const watch = { type: 'watch' as const, scope: { ward: 'icu' }, waves: null };
  const live = await nurse.live(watch);
  const kafka = () => live.of('heartbeat').at(-1)?.health.kafka;
  await until('health', () => kafka() === 'ok');
  const before = await figuresOf(dashboard);
  expect([before.status, before.health]).toEqual([200, 'ready\n']);
  for (const line of ['kafka_up 1', 'screens 1', 'sessions 1', 'audit_waiting 0'])
    expect(before.figures).toContain(`\nvigil_dashboard_${line}\n`);
  for (const name of ['web-server', 'kafka-client', 'kafka-ca', 'influx-ca'])
    expect(before.figures).toMatch(
      new RegExp(`^vigil_certificate_end_timestamp_seconds\\{certificate="${name}",`, 'm'),
    );
  const pause = () => nurse.post(`/api/associations/${period.associationId}/pause-audio`, { forMs: 60_000 });
  expect((await pause()).status).toBe(202);

  process.kill(data.kafkaPid, 'SIGSTOP');
  const stoppedAtMs = Date.now();
  await until('the screens to say that Kafka is away', () => kafka() === 'away');
  const firstAway = live.of('heartbeat').find((beat) => beat.health.kafka === 'away')!;
  // Both times are those of the server, so the result does not depend on the speed of this test.
  expect(Date.parse(firstAway.at) - Date.parse(firstAway.health.kafkaAt!)).toBeGreaterThan(kafkaAwayMs);
  expect(Date.parse(firstAway.health.kafkaAt!)).toBeLessThan(stoppedAtMs + 3_000);
  const refused = await pause();
  expect([refused.status, refused.body.code]).toEqual([503, 'log-unavailable']);
  expect((await nurse.get(`/api/associations/${period.associationId}`)).status).toBe(503);
  expect((await newBrowser({ ...target(), origin }).login('nurse', password)).status).toBe(503);
  expect((await nurse.get('/healthz')).body).toEqual({ status: 'degraded' });
  expect(await (await nurse.live(watch)).closed).toBe(4005);
  const { figures, health } = await figuresOf(dashboard);
  expect(health).toMatch(/^ready\nKafka does not answer the dashboard: look at Kafka/);
  expect(figures).toContain('\nvigil_dashboard_kafka_up 0\n');
  expect(figures).toMatch(/^vigil_dashboard_audit_waiting [1-9]/m);
  expect(figures).toMatch(/^vigil_dashboard_answers_total\{status="503"\} [1-9]/m);
  expect((await nurse.get('/api/session')).status).toBe(200);

  process.kill(data.kafkaPid, 'SIGCONT');
  await until('health again', () => kafka() === 'ok');
  await until('an act again', async () => (await pause()).status === 202);
  expect(live.socket.readyState).toBe(1);
  const alarms = await openLogAs(data, 'alarms');
  closing.push(alarms.close);
  const at = new Date().toISOString();
  const alarm = newAlarm(at, {
    alarmId: `alarm-${randomUUID()}`,
    associationId: period.associationId,
    deviceId: 'bed-01',
    condition: 'no-data',
    kind: 'technical',
    priority: 'medium',
    text: 'No data',
  });
  await alarms.append('alarms', period.associationId, contentTypes.alarmEvent, { type: 'raised', at, alarm });
  await until('an alarm on the screen that stayed open', () =>
    live.of('delta').some((delta) => delta.alarms.length > 0),
  );

  function target() {
    return { port: data.httpPort, ca: readFileSync(join(data.stateDir, 'certs', 'ca.pem'), 'utf8') };
  }
}, 300_000);
