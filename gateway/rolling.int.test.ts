/**
 * Tests restarts of three gateways on one port, one after the other and once by SIGKILL, while devices publish and move
 * between them. No acknowledged reading may be lost, the readings of a device must stay in order, and no device may be
 * reported as gone.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import { readSettings } from '../process/settings.ts';
import { type ReconnectingDevice, startReconnectingDevice } from '../tests/gateway/rolling.ts';
import { alarmsOf, readAllRecords } from '../tests/log-witness.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../tests/system.ts';
import { gatewaySettings } from './settings.ts';

const run = randomUUID().slice(0, 6);
const names = Array.from({ length: 24 }, (_, n) => `rover-${n}-${run}`);
const everyMs = 100;
/** Longest time from SIGTERM to the end of the process, with some time for a busy machine. */
const exitMsMax = 10_000;

let platform: TestPlatform;
let operator: SealedLog;
const gateways: RunningProcess[] = [];
let alarms: RunningProcess;
let reconnectingDevices: ReconnectingDevice[] = [];
/** Time at which the test made the devices disconnect. */
let finishedMs = 0;

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  await ensureCertificates({ stateDir: platform.stateDir, devices: names, nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  alarms = await startProcess(platform, 'alarms');
  const env = { VIGIL_MQTT_SHARE_PORT: 'on' };
  gateways.push(...(await Promise.all([1, 2, 3].map(() => startProcess(platform, 'gateway', env)))));
  reconnectingDevices = names.map((deviceId, n) =>
    startReconnectingDevice({
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
  for (const device of reconnectingDevices) device.close();
  await alarms?.close();
  for (const gateway of gateways) await gateway.close();
  await operator?.close();
});

const acknowledged = () => reconnectingDevices.reduce((sum, device) => sum + device.acknowledged.length, 0);
const countLines = (gateway: RunningProcess, text: string) =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.includes(text)).length;
const linesOfAllGateways = (text: string) => gateways.reduce((sum, gateway) => sum + countLines(gateway, text), 0);

/** Waits until each device has got `count` more acknowledgements. */
async function waitForAcknowledgements(count: number): Promise<void> {
  const before = reconnectingDevices.map((device) => device.acknowledged.length);
  await until(`${count} acknowledgements of each device`, () =>
    reconnectingDevices.every((device, n) => device.acknowledged.length >= before[n]! + count),
  );
}

describe('while devices publish', () => {
  it('the kernel spreads the devices over all processes', async () => {
    await waitForAcknowledgements(5);
    for (const gateway of gateways) expect(countLines(gateway, '"msg":"connection accepted"')).toBeGreaterThan(0);
  });

  it('each gateway restarts after SIGTERM within 10 s; its devices continue at the others', async () => {
    for (const gateway of gateways) {
      const before = reconnectingDevices.map((device) => device.connections());
      const closed = countLines(gateway, '"msg":"closed"');
      const sinceMs = performance.now();
      await gateway.close();
      expect(performance.now() - sinceMs).toBeLessThan(exitMsMax);
      // The process ended by itself and was not killed.
      expect(countLines(gateway, '"msg":"closed"')).toBe(closed + 1);
      expect(countLines(gateway, '"cause":"drained"')).toBeGreaterThan(0);
      await waitForAcknowledgements(5);
      expect(reconnectingDevices.some((device, n) => device.connections() > before[n]!)).toBe(true);
      await gateway.start();
      // Some devices connect again, so that the new process also gets devices before the next restart.
      for (const device of reconnectingDevices) if (Math.random() < 0.4) device.connectAgain();
      await waitForAcknowledgements(3);
    }
    // MQTT 5 clients get the reason code: the server shuts down.
    expect(reconnectingDevices.flatMap(({ disconnectCodes }) => disconnectCodes)).toContain(0x8b);
  });

  it('if a device connects to another gateway without leaving the first, the other gateway takes the device over', async () => {
    const before = linesOfAllGateways('"cause":"taken-over"');
    for (let n = 0; n < 5; n += 1) {
      for (const device of reconnectingDevices) device.connectAgain();
      await waitForAcknowledgements(1);
    }
    expect(linesOfAllGateways('"cause":"taken-over"') - before).toBeGreaterThan(20);
    expect(reconnectingDevices.flatMap(({ disconnectCodes }) => disconnectCodes)).toContain(0x8e);
  });

  it('a gateway is killed by SIGKILL, and all devices continue', async () => {
    const before = reconnectingDevices.map((device) => device.connections());
    await gateways[0]!.kill();
    await waitForAcknowledgements(10);
    expect(reconnectingDevices.some((device, n) => device.connections() > before[n]!)).toBe(true);
    await gateways[0]!.start();
    await waitForAcknowledgements(5);
  });
});

it('after the restarts no acknowledged reading is missing, and the readings of each device are in order', async () => {
  finishedMs = Date.now();
  await Promise.all(reconnectingDevices.map((device) => device.finish()));
  const seqsByBoot = new Map<string, number[]>();
  let repeats = 0;
  for (const { opened } of await readAllRecords(operator, 'observations')) {
    if (opened.contentType !== contentTypes.observation) continue;
    const seqs = seqsByBoot.get(opened.origin.boot) ?? [];
    seqsByBoot.set(opened.origin.boot, seqs);
    if (seqs.includes(opened.origin.seq)) repeats += 1;
    else seqs.push(opened.origin.seq);
  }
  for (const { boot, acknowledged } of reconnectingDevices) {
    const seqs = seqsByBoot.get(boot) ?? [];
    expect(acknowledged.filter((seq) => !seqs.includes(seq))).toEqual([]);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 1));
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  }
  console.log(
    `rolling restart: ${acknowledged()} acknowledged, ${repeats} repeated, ` +
      `${reconnectingDevices.reduce((sum, device) => sum + device.connections(), 0)} connections of ${reconnectingDevices.length} devices`,
  );
});

it('after the restarts each device has one alarm that it is disconnected, from the time when it really disconnected', async () => {
  const { pseudonymKey } = readSettings(gatewaySettings, serviceEnv(platform, 'gateway'));
  for (const { deviceId } of reconnectingDevices) {
    const disconnectedAlarm = await until('the alarm of the device that has gone', async () => {
      const alarmRecords = await alarmsOf(operator, unassignedAssociation(pseudonymKey, deviceId));
      return alarmRecords.find(({ condition }) => condition === 'disconnected');
    });
    expect(disconnectedAlarm.onsets).toBe(1);
    expect(Date.parse(disconnectedAlarm.onsetAt)).toBeGreaterThanOrEqual(finishedMs);
  }
});
