/**
 * Three gateways on one port are started anew, one after the other and once by SIGKILL, while devices publish and move between them:
 * nothing acknowledged is lost, nothing of a device is reordered, and nobody is told that a device is gone.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import { readSettings } from '../process/settings.ts';
import { type Rover, startRover } from '../tests/gateway/rolling.ts';
import { alarmsOf, readWhole } from '../tests/log-witness.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { openLogAs, ownPorts, type RunningHouse, startHouse, until } from '../tests/system.ts';
import { gatewaySettings } from './settings.ts';

const run = randomUUID().slice(0, 6);
const names = Array.from({ length: 24 }, (_, n) => `rover-${n}-${run}`);
const everyMs = 100;
/** From SIGTERM, and some for a busy machine. */
const exitMsMax = 10_000;

let platform: TestPlatform;
let operator: SealedLog;
const gateways: RunningHouse[] = [];
let alarms: RunningHouse;
let rovers: Rover[] = [];
/** When the devices were asked to go. */
let finishedMs = 0;

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  await ensureCertificates({ stateDir: platform.stateDir, devices: names, nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  alarms = await startHouse(platform, 'alarms');
  const env = { VIGIL_MQTT_SHARE_PORT: 'on' };
  gateways.push(...(await Promise.all([1, 2, 3].map(() => startHouse(platform, 'gateway', env)))));
  rovers = names.map((deviceId, n) =>
    startRover({
      platform,
      deviceId,
      boot: `${deviceId}-boot`,
      version: n % 2 === 0 ? 4 : 5,
      qos: n % 4 < 2 ? 1 : 2,
      everyMs,
    }),
  );
});
afterAll(async () => {
  for (const rover of rovers) rover.close();
  await alarms?.close();
  for (const gateway of gateways) await gateway.close();
  await operator?.close();
});

const acknowledged = () => rovers.reduce((sum, rover) => sum + rover.acknowledged.length, 0);
const lines = (gateway: RunningHouse, words: string) =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.includes(words)).length;
const everywhere = (words: string) => gateways.reduce((sum, gateway) => sum + lines(gateway, words), 0);

/** Every device has had so many readings acknowledged since. */
async function allFlow(count: number): Promise<void> {
  const before = rovers.map((rover) => rover.acknowledged.length);
  await until(`${count} acknowledgements of each device`, () =>
    rovers.every((rover, n) => rover.acknowledged.length >= before[n]! + count),
  );
}

describe('while devices publish', () => {
  it('the kernel spreads the devices over all processes', async () => {
    await allFlow(5);
    for (const gateway of gateways) expect(lines(gateway, '"msg":"connection accepted"')).toBeGreaterThan(0);
  });

  it('each gateway restarts after SIGTERM within 10 s, and its devices continue at the others', async () => {
    for (const gateway of gateways) {
      const before = rovers.map((rover) => rover.connections());
      const closed = lines(gateway, '"msg":"closed"');
      const sinceMs = performance.now();
      await gateway.close();
      expect(performance.now() - sinceMs).toBeLessThan(exitMsMax);
      // It came to its own end: nobody had to kill it.
      expect(lines(gateway, '"msg":"closed"')).toBe(closed + 1);
      expect(lines(gateway, '"cause":"drained"')).toBeGreaterThan(0);
      await allFlow(5);
      expect(rovers.some((rover, n) => rover.connections() > before[n]!)).toBe(true);
      await gateway.start();
      // Nobody comes to the new process by itself: some must move, so that the next restart finds all three in use.
      for (const rover of rovers) if (Math.random() < 0.4) rover.wander();
      await allFlow(3);
    }
    // MQTT 5 clients receive the reason: the server shuts down.
    expect(rovers.flatMap(({ goodbyes }) => goodbyes)).toContain(0x8b);
  });

  it('devices that come to another gateway without leaving the first are taken over', async () => {
    const before = everywhere('"cause":"taken-over"');
    for (let n = 0; n < 5; n += 1) {
      for (const rover of rovers) rover.wander();
      await allFlow(1);
    }
    expect(everywhere('"cause":"taken-over"') - before).toBeGreaterThan(20);
    expect(rovers.flatMap(({ goodbyes }) => goodbyes)).toContain(0x8e);
  });

  it('a gateway is killed by SIGKILL, and all devices continue', async () => {
    // The one with most to lose.
    const before = rovers.map((rover) => rover.connections());
    await gateways[0]!.kill();
    await allFlow(10);
    expect(rovers.some((rover, n) => rover.connections() > before[n]!)).toBe(true);
    await gateways[0]!.start();
    await allFlow(5);
  });
});

it('after the restarts nothing acknowledged is missing, and no device was reordered', async () => {
  finishedMs = Date.now();
  await Promise.all(rovers.map((rover) => rover.finish()));
  const found = new Map<string, number[]>();
  let repeats = 0;
  for (const { opened } of await readWhole(operator, 'observations')) {
    if (opened.contentType !== contentTypes.observation) continue;
    const seqs = found.get(opened.place.boot) ?? [];
    found.set(opened.place.boot, seqs);
    if (seqs.includes(opened.place.seq)) repeats += 1;
    else seqs.push(opened.place.seq);
  }
  for (const { boot, acknowledged } of rovers) {
    const seqs = found.get(boot) ?? [];
    expect(acknowledged.filter((seq) => !seqs.includes(seq))).toEqual([]);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 1));
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  }
  console.log(
    `rolling restart: ${acknowledged()} acknowledged, ${repeats} repeated, ` +
      `${rovers.reduce((sum, rover) => sum + rover.connections(), 0)} connections of ${rovers.length} devices`,
  );
});

it('after the restarts each device was taken for gone once, when it had gone', async () => {
  const { pseudonymKey } = readSettings(gatewaySettings, serviceEnv(platform, 'gateway'));
  for (const { deviceId } of rovers) {
    const gone = await until('the alarm of the device that has gone', async () => {
      const told = await alarmsOf(operator, unassignedAssociation(pseudonymKey, deviceId));
      return told.find(({ condition }) => condition === 'disconnected');
    });
    expect(gone.onsets).toBe(1);
    expect(Date.parse(gone.onsetAt)).toBeGreaterThanOrEqual(finishedMs);
  }
});
