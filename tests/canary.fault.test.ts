/** The canary's way, whole and broken at each step: what a screen's connection is told, how soon, and that it ends by itself. */
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
import { judgedLaterMs } from '../dashboard/server/core/canary.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { ensureTopics } from '../ops/platform/topics.ts';
import { addAccount, password } from './browser.ts';
import { connectDevice } from './device.ts';
import { alarmsOf, readWhole } from './log-witness.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, type RunningHouse, startHouse, until } from './system.ts';

const ward = 'ward-canary';
const houses = new Map<string, RunningHouse>();
const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let operator: SealedLog;
let screen: Live;

/** More than canaries come until the alarm processor has begun again. */
const readings = 100;
const silentMs = String(canarySilentMsDefault);
/** A canary is due every 5 s, the silence is seen within a second, and a heartbeat comes each second. */
const seenWithinMs = canarySilentMsDefault + judgedLaterMs + 10_000;
/** After this the alarm processor lets three seconds pass before it judges silence (processors/alarms/hearing.ts). */
const stoodStillMs = 2_000;

const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dashboard: { VIGIL_CANARY_SILENT_MS: silentMs },
  alarms: { VIGIL_ALARMS_QUIET_SNAPSHOT_MS: '1000' },
};

async function start(house: 'gateway' | 'alarms' | 'dashboard' | 'canary'): Promise<void> {
  const known = houses.get(house);
  if (known) return known.start();
  const running = await startHouse(platform, house, settings[house]);
  houses.set(house, running);
  closers.push(running.close);
}

const health = (): Health | undefined => screen.of('heartbeat').at(-1)?.health;
const isWell = () => health()?.canary === undefined && health()?.kafka === 'ok';

/** What the canary's own server answers; it has another port at each start. */
function askCanary(path: '/healthz' | '/metrics'): Promise<Response> {
  const port = [
    ...houses
      .get('canary')!
      .output()
      .matchAll(/"metricsPort":(\d+)/g),
  ].at(-1)?.[1];
  return fetch(`http://127.0.0.1:${port}${path}`);
}

/** How long the screen took to be told of a fault at this step, ms. */
async function untilTold(step: NonNullable<Health['canary']>['step']): Promise<number> {
  const beganMs = performance.now();
  await until(`the screen to be told of the step ${step}`, () => health()?.canary?.step === step);
  return performance.now() - beganMs;
}

async function untilWell(): Promise<void> {
  await until('canaries to come the whole way', isWell);
}

function admin() {
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
  const own = await startTestPlatform(`test-${process.pid}-canary`);
  platform = own.data;
  closers.push(async () => {
    await own.platform.close();
    rmSync(platform.stateDir, { recursive: true, force: true });
  });
  addAccount(platform, 'nurse', 'Nora Nurse', 'nurse', [ward]);
  operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  for (const house of ['gateway', 'alarms', 'dashboard', 'canary'] as const) await start(house);
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

describe('the way of readings', () => {
  it('the way of readings is whole while everything runs, for longer than the silence limit, and no screen shows the canary as a device or a patient', async () => {
    await until('the canary to be answered for longer than silence is borne', async () => {
      const text = await (await askCanary('/metrics')).text();
      return Number(/vigil_canary_sent_total\{outcome="answered"\} (\d+)/.exec(text)?.[1] ?? 0) >= 6;
    });
    expect(health()).toMatchObject({ kafka: 'ok', alarms: 'ok' });
    expect(screen.of('heartbeat').filter((beat) => beat.health.canary !== undefined)).toEqual([]);
    expect((await askCanary('/healthz')).status).toBe(200);
    expect(screen.of('snapshot').flatMap(({ beds, alarms }) => [...beds, ...alarms])).toEqual([]);
    expect(screen.of('delta').flatMap(({ beds }) => beds)).toEqual([]);
    expect(await readWhole(operator, 'alarm-state')).toEqual([]);
    expect(await readWhole(operator, 'alarms')).toEqual([]);
    const records = await readWhole(operator, 'observations');
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
    'the screens show the way as broken when the process %s is killed, and as whole when it runs again',
    async (house, step) => {
      await houses.get(house)!.kill();
      const tookMs = await untilTold(step);
      console.log(`${house} killed → step ${step} told after ${(tookMs / 1000).toFixed(1)} s`);
      expect(health()?.canary).toMatchObject({ partitions: clinicalPartitions, grave: true });
      await start(house);
      await untilWell();
    },
  );

  it('the screens show the way of readings as broken if the alarm processor stops again and again, so that it may judge no silence', async () => {
    const pid = houses.get('alarms')!.pid();
    let going = true;
    const standing = (async () => {
      while (going) {
        process.kill(pid, 'SIGSTOP');
        await sleep(stoodStillMs);
        process.kill(pid, 'SIGCONT');
        await sleep(1_000);
      }
    })();
    try {
      const tookMs = await untilTold('engine');
      console.log(`alarms stands still again and again → step engine shown after ${(tookMs / 1000).toFixed(1)} s`);
    } finally {
      going = false;
      await standing;
    }
    await untilWell();
  });

  it('the screens show the way as broken at the log when the topic of readings is deleted; readings are judged again when the topic is made again', async () => {
    const stay = admitted('bed-01', ward, 'Anew');
    await associate(platform, operator, 'bed-01', 1, stay);
    const device = await connectDevice(platform, 'bed-01');
    closers.push(device.close);
    for (let n = 0; n < readings; n += 1) await device.observe({ MDC_ECG_HEART_RATE: 80 });
    // Its state says that it holds readings up to there; the new topic will give these offsets again.
    await until('a state with all readings', async () =>
      (await readWhole(operator, 'alarm-state')).some(({ opened }) => {
        const { offsets } = JSON.parse(opened.plaintext.toString()) as AlarmState;
        return Number(offsets.observations) >= readings;
      }),
    );
    await houses.get('alarms')!.kill();
    await start('alarms');
    await untilWell();
    const kafka = admin();
    await kafka.connect();
    await kafka.deleteTopics({ topics: ['observations'] });
    const tookMs = await untilTold('log');
    console.log(`observations deleted → step log told after ${(tookMs / 1000).toFixed(1)} s`);
    expect(health()?.canary).toMatchObject({ partitions: clinicalPartitions, grave: true });
    expect((await askCanary('/healthz')).status).toBe(503);
    await kafka.disconnect();
    const beganMs = performance.now();
    await ensureTopics(platform.kafkaBrokers, join(platform.stateDir, 'certs'));
    // When Kafka assigns the partitions anew; or it has ended by itself, and is started again as `npm start` and Compose do.
    const said = () => houses.get('alarms')!.output();
    await until('the alarm processor to begin anew', () => said().includes('the log of readings was made anew'));
    if (said().includes('beginning again')) await start('alarms');
    await untilWell();
    console.log(`observations made again → whole after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
    // The engine counts as silent only later than the log: so all is whole once that, too, would have been told.
    await until('no fault for longer than silence is borne', () => {
      const last = screen.of('heartbeat').slice(-Math.ceil(seenWithinMs / 1000));
      return last.every((beat) => beat.health.canary === undefined);
    });
    await device.observe({ MDC_ECG_HEART_RATE: 150 });
    await until('an alarm of a reading in the new topic', async () =>
      (await alarmsOf(operator, stay.associationId)).some(({ kind }) => kind === 'physiological'),
    );
  }, 600_000);
});
