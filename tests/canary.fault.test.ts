/**
 * The canary sends test readings through the gateway, Kafka and the alarm processor to the dashboard. These tests break
 * each step of this way. They check that the dashboard reports the broken step to the screens, and ends the report
 * after the repair.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../log/kafka/connect.ts';
import { canarySilentMsDefault } from '../contracts/canary.ts';
import type { AlarmState } from '../contracts/messages/alarms.ts';
import { checkRecord } from '../contracts/messages/check.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { clinicalPartitions } from '../contracts/topics.ts';
import type { Health } from '../dashboard/protocol/live.ts';
import { type Live, newBrowser } from '../dashboard/server/browser.testing.ts';
import { engineExtraMs } from '../dashboard/server/core/canary.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { ensureTopics } from '../ops/platform/topics.ts';
import { addAccount, password } from './browser.ts';
import { connectDevice } from './device.ts';
import { alarmsOf, readAllRecords } from './log-witness.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, type RunningProcess, startProcess, until } from './system.ts';

const ward = 'ward-canary';
const processes = new Map<string, RunningProcess>();
const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let operator: SealedLog;
let screen: Live;

/**
 * Number of readings. The number must exceed the number of canary records that arrive while the alarm processor
 * restarts.
 */
const readingCount = 100;
const silentMs = String(canarySilentMsDefault);
/**
 * Time within which the dashboard must report a broken step. A canary reading is due every 5 s, and a heartbeat every
 * second.
 */
const reportMsMax = canarySilentMsDefault + engineExtraMs + 10_000;
/**
 * Length of each stop. After such a stop the alarm processor waits 3 s before it reports missing data
 * (processors/alarms/reception.ts).
 */
const stopMs = 2_000;

const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dashboard: { VIGIL_CANARY_SILENT_MS: silentMs },
  alarms: { VIGIL_ALARMS_QUIET_SNAPSHOT_MS: '1000' },
};

async function start(name: 'gateway' | 'alarms' | 'dashboard' | 'canary'): Promise<void> {
  const stoppedProcess = processes.get(name);
  if (stoppedProcess) return stoppedProcess.start();
  const running = await startProcess(platform, name, settings[name]);
  processes.set(name, running);
  closers.push(running.close);
}

const health = (): Health | undefined => screen.of('heartbeat').at(-1)?.health;
const reportsNoFault = () => health()?.canary === undefined && health()?.kafka === 'ok';

/** Sends a request to the canary's own server, which has another port after each start. */
function fetchFromCanary(path: '/healthz' | '/metrics'): Promise<Response> {
  const port = [
    ...processes
      .get('canary')!
      .output()
      .matchAll(/"metricsPort":(\d+)/g),
  ].at(-1)?.[1];
  return fetch(`http://127.0.0.1:${port}${path}`);
}

/** Waits until the dashboard reports a fault at this step to the screen. Returns the time that this took, in ms. */
async function untilReported(step: NonNullable<Health['canary']>['step']): Promise<number> {
  const beganMs = performance.now();
  await until(`a report of the step ${step} to the screen`, () => health()?.canary?.step === step);
  return performance.now() - beganMs;
}

async function untilNoFault(): Promise<void> {
  await until('canary readings arrive at the dashboard again', reportsNoFault);
}

function createAdmin() {
  const certs = join(platform.stateDir, 'certs');
  const kafka = new kafkajs.Kafka({
    brokers: platform.kafkaBrokers.split(','),
    ssl: {
      ca: [readFileSync(join(certs, 'ca.pem'), 'utf8')],
      cert: readFileSync(join(certs, 'admin.pem'), 'utf8'),
      key: readFileSync(join(certs, 'admin.key'), 'utf8'),
    },
  });
  return kafka.admin();
}

beforeAll(async () => {
  const testPlatform = await startTestPlatform(`test-${process.pid}-canary`);
  platform = testPlatform.data;
  closers.push(async () => {
    await testPlatform.platform.close();
    rmSync(platform.stateDir, { recursive: true, force: true });
  });
  addAccount(platform, 'nurse', 'Nora Nurse', 'nurse', [ward]);
  operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  for (const name of ['gateway', 'alarms', 'dashboard', 'canary'] as const) await start(name);
  const browser = newBrowser({
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  });
  expect((await browser.login('nurse', password)).status).toBe(200);
  screen = await browser.live({ type: 'watch', scope: { ward }, waves: null });
  closers.push(async () => screen.close());
  await until('a heartbeat', health);
}, 300_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
}, 120_000);

describe('the canary', () => {
  it('the dashboard reports no fault while everything runs; no screen shows the canary as a device or a patient', async () => {
    await until('answers to 6 canary readings, which takes longer than the time limit for silence', async () => {
      const text = await (await fetchFromCanary('/metrics')).text();
      return Number(/vigil_canary_sent_total\{outcome="answered"\} (\d+)/.exec(text)?.[1] ?? 0) >= 6;
    });
    expect(health()).toMatchObject({ kafka: 'ok', alarms: 'ok' });
    expect(screen.of('heartbeat').filter((beat) => beat.health.canary !== undefined)).toEqual([]);
    expect((await fetchFromCanary('/healthz')).status).toBe(200);
    expect(screen.of('snapshot').flatMap(({ beds, alarms }) => [...beds, ...alarms])).toEqual([]);
    expect(screen.of('delta').flatMap(({ beds }) => beds)).toEqual([]);
    expect(await readAllRecords(operator, 'alarm-state')).toEqual([]);
    expect(await readAllRecords(operator, 'alarms')).toEqual([]);
    const records = await readAllRecords(operator, 'observations');
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(clinicalPartitions);
    for (const { opened } of records) {
      expect(checkRecord(opened.contentType, opened.plaintext).ok).toBe(true);
      expect(opened.contentType).toBe(contentTypes.canary);
      expect(Object.keys(JSON.parse(opened.plaintext.toString()))).toEqual(['receivedAt']);
    }
  });

  it.each([
    ['canary', 'gateway'],
    ['gateway', 'gateway'],
    ['alarms', 'engine'],
  ] as const)(
    'the dashboard reports a fault when the process %s is killed, and no fault when the process runs again',
    async (name, step) => {
      await processes.get(name)!.kill();
      const tookMs = await untilReported(step);
      console.log(`${name} killed → step ${step} reported after ${(tookMs / 1000).toFixed(1)} s`);
      expect(health()?.canary).toMatchObject({ partitions: clinicalPartitions, grave: true });
      await start(name);
      await untilNoFault();
    },
  );

  it('the dashboard reports a fault if the alarm processor is stopped so often that it cannot report missing data', async () => {
    const pid = processes.get('alarms')!.pid();
    let stopsGoOn = true;
    const stops = (async () => {
      while (stopsGoOn) {
        process.kill(pid, 'SIGSTOP');
        await sleep(stopMs);
        process.kill(pid, 'SIGCONT');
        await sleep(1_000);
      }
    })();
    try {
      const tookMs = await untilReported('engine');
      console.log(`alarms stopped again and again → step engine reported after ${(tookMs / 1000).toFixed(1)} s`);
    } finally {
      stopsGoOn = false;
      await stops;
    }
    await untilNoFault();
  });

  it('the dashboard reports a fault of the log when the topic observations is deleted; readings raise alarms again when the topic exists again', async () => {
    const stay = admitted('bed-01', ward, 'Anew');
    await associate(platform, operator, 'bed-01', 1, stay);
    const device = await connectDevice(platform, 'bed-01');
    closers.push(device.close);
    for (let n = 0; n < readingCount; n += 1) await device.observe({ MDC_ECG_HEART_RATE: 80 });
    // The saved state of the alarm processor holds the offset of the last reading. The new topic will use the same
    // offsets again.
    await until('a state with all readings', async () =>
      (await readAllRecords(operator, 'alarm-state')).some(({ opened }) => {
        const { offsets } = JSON.parse(opened.plaintext.toString()) as AlarmState;
        return Number(offsets.observations) >= readingCount;
      }),
    );
    await processes.get('alarms')!.kill();
    await start('alarms');
    await untilNoFault();
    const kafka = createAdmin();
    await kafka.connect();
    await kafka.deleteTopics({ topics: ['observations'] });
    const tookMs = await untilReported('log');
    console.log(`observations deleted → step log reported after ${(tookMs / 1000).toFixed(1)} s`);
    expect(health()?.canary).toMatchObject({ partitions: clinicalPartitions, grave: true });
    expect((await fetchFromCanary('/healthz')).status).toBe(503);
    await kafka.disconnect();
    const beganMs = performance.now();
    await ensureTopics(platform.kafkaBrokers, join(platform.stateDir, 'certs'));
    // The alarm processor notices the new topic when Kafka assigns the partitions again. If the alarm processor ends
    // instead, the test restarts it, as `npm start` and Compose do.
    const output = () => processes.get('alarms')!.output();
    await until('the alarm processor to notice the new topic', () =>
      output().includes('the log of readings was created again'),
    );
    if (output().includes('the process ends, so that its next start')) await start('alarms');
    await untilNoFault();
    console.log(
      `topic observations created again → canary complete after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`,
    );
    // A fault of the engine is reported later than a fault of the log. This wait is long enough for either fault.
    await until('no report of a fault for longer than the time limit', () => {
      const last = screen.of('heartbeat').slice(-Math.ceil(reportMsMax / 1000));
      return last.every((beat) => beat.health.canary === undefined);
    });
    await device.observe({ MDC_ECG_HEART_RATE: 150 });
    await until('an alarm of a reading in the new topic', async () =>
      (await alarmsOf(operator, stay.associationId)).some(({ kind }) => kind === 'physiological'),
    );
  }, 600_000);
});
