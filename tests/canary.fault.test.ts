/** The canary's way, whole and broken at each step: what a screen's connection is told, how soon, and that it ends by itself. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../contracts/kafka/connect.ts';
import { canarySilentMsDefault } from '../contracts/canary.ts';
import { checkRecord } from '../contracts/messages/check.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { SealedLog } from '../contracts/sealed-log.ts';
import { clinicalPartitions } from '../contracts/topics.ts';
import { type Live, newBrowser } from '../dashboard/browser.testing.ts';
import { judgedLaterMs } from '../dashboard/core/canary.ts';
import type { Health } from '../dashboard/protocol-live.ts';
import { ensureTopics } from '../ops/platform/topics.ts';
import { addAccount, password } from './browser.ts';
import { readWhole } from './log-witness.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { openLogAs, type RunningHouse, startHouse, until } from './system.ts';

const ward = 'ward-canary';
const houses = new Map<string, RunningHouse>();
const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let operator: SealedLog;
let screen: Live;

const silentMs = String(canarySilentMsDefault);
/** A canary is due every 5 s, the silence is seen within a second, and a heartbeat comes each second. */
const seenWithinMs = canarySilentMsDefault + judgedLaterMs + 10_000;

async function start(house: 'gateway' | 'alarms' | 'dashboard' | 'canary'): Promise<void> {
  const known = houses.get(house);
  if (known) return known.start();
  const running = await startHouse(platform, house, house === 'dashboard' ? { VIGIL_CANARY_SILENT_MS: silentMs } : {});
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
  it('is whole while everything runs, longer than silence is borne, and the canary shows nowhere as a device or a patient', async () => {
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
    'is told to be broken when the process %s is killed, and whole again when it runs',
    async (house, step) => {
      await houses.get(house)!.kill();
      const tookMs = await untilTold(step);
      console.log(`${house} killed → step ${step} told after ${(tookMs / 1000).toFixed(1)} s`);
      expect(health()?.canary).toMatchObject({ partitions: clinicalPartitions, grave: true });
      await start(house);
      await untilWell();
    },
  );

  it('is told to be broken at the log when the topic of readings is deleted, and whole again once all is made and started anew', async () => {
    const kafka = admin();
    await kafka.connect();
    await kafka.deleteTopics({ topics: ['observations'] });
    const tookMs = await untilTold('log');
    console.log(`observations deleted → step log told after ${(tookMs / 1000).toFixed(1)} s`);
    expect(tookMs).toBeLessThan(seenWithinMs + 30_000);
    expect(health()?.canary).toMatchObject({ partitions: clinicalPartitions, grave: true });
    expect((await askCanary('/healthz')).status).toBe(503);
    await kafka.disconnect();
    const beganMs = performance.now();
    await ensureTopics(platform.kafkaBrokers, join(platform.stateDir, 'certs'));
    await untilWell();
    console.log(`observations made again → whole after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
    const beats = screen.of('heartbeat').length;
    await until('silence that would be told', () => screen.of('heartbeat').length > beats + seenWithinMs / 1000);
    expect(
      screen
        .of('heartbeat')
        .slice(beats)
        .filter((beat) => beat.health.canary !== undefined),
    ).toEqual([]);
  });
});
