/** Tests a device whose readings have no certain patient: a limited number is kept apart, and the rest is refused. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { connectMqtt, publishFor, recordsOf } from '../tests/gateway/gateway.ts';
import { admitted, associate, openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../tests/system.ts';

const platform = await ownPorts(inject('platform'));
const [metricsPort = 0] = await freePorts(1);
const run = randomUUID().slice(0, 6);
const bed = `apart-${run}`;
const plainBed = `apart-plain-${run}`;
const iso = (ms: number) => new Date(ms).toISOString();
/** Space for three readings of about 120 bytes, but not for four. */
const apartBytes = 4_200;

let gateway: RunningProcess;
let operator: SealedLog;
const clients: MqttClient[] = [];

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [bed, plainBed], nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  gateway = await startProcess(platform, 'gateway', {
    VIGIL_METRICS_PORT: String(metricsPort),
    VIGIL_APART_DEVICE_BYTES_PER_DAY: String(apartBytes),
  });
});
afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  await gateway?.close();
  await operator?.close();
});

/**
 * Makes a bed whose patient has just changed, and connects its device. The clock of the device is a minute behind, and
 * the gateway has not measured this error yet.
 */
async function changedBed(deviceId: string, protocolVersion: 4 | 5) {
  const changedAt = iso(Date.now());
  const first = { ...admitted('1', `icu-${run}`, 'First'), from: iso(Date.now() - 3_600_000), to: changedAt };
  const second = { ...admitted('1', `icu-${run}`, 'Second'), from: changedAt };
  await associate(platform, operator, deviceId, 1, first, second);
  const client = await connectMqtt(platform, deviceId, { protocolVersion });
  clients.push(client);
  let seq = 0;
  const send = () => {
    seq += 1;
    const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
    const body = { boot: run, seq, time: iso(Date.now() - 60_000), values };
    return publishFor(client, `devices/${deviceId}/observations`, body);
  };
  return { send, second };
}

async function keptApartOf(deviceId: string) {
  const records = await recordsOf(operator, 'rejected', deviceId);
  return records.filter(({ body }) => body.code === 'association-unclear');
}

async function answersOf(send: () => Promise<number>, count: number): Promise<number[]> {
  const answers: number[] = [];
  for (let i = 0; i < count; i += 1) answers.push(await send());
  return answers;
}

const metricValue = async (name: string) => {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await answer.text())?.[1]);
};

it('the gateway keeps unclear readings apart while there is space, refuses the rest with 0x97, and accepts readings after the clock is measured', async () => {
  const { send, second } = await changedBed(bed, 5);
  await until('the first reading that is kept apart', async () => {
    await send();
    return (await keptApartOf(bed)).length > 0;
  });
  const answers = await answersOf(send, 6);
  expect(answers.slice(-3)).toEqual([0x97, 0x97, 0x97]);
  expect(await keptApartOf(bed)).toHaveLength(3);
  expect(await metricValue('vigil_gateway_unattributed_not_kept_total')).toBeGreaterThanOrEqual(3);
  await until(
    'a reading of the second patient, after the clock is measured',
    async () => {
      const answer = await send();
      await sleep(250);
      const records = await recordsOf(operator, 'observations', bed);
      return answer === 0 && records.some(({ key, body }) => key === second.associationId && 'reading' in body);
    },
    40_000,
  );
  const notices = (await recordsOf(operator, 'observations', bed)).filter(({ body }) => 'notice' in body);
  expect(notices.map(({ body }) => body.notice)).toContain('unattributed');
});

it('the gateway acknowledges unclear readings of MQTT 3.1.1 even if it does not keep them, and counts those that it does not keep', async () => {
  const { send } = await changedBed(plainBed, 4);
  await until('the first reading that is kept apart', async () => {
    await send();
    return (await keptApartOf(plainBed)).length > 0;
  });
  expect(await answersOf(send, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(await keptApartOf(plainBed)).toHaveLength(3);
  // The counts are written once a minute, and when the gateway ends.
  for (const client of clients.splice(0)) await client.endAsync();
  await gateway.close();
  for (const deviceId of [bed, plainBed]) {
    const counts = (await recordsOf(operator, 'rejected', deviceId)).filter(({ body }) => body.code === 'not-kept');
    expect(counts.at(-1)?.body).toMatchObject({
      notKept: { reasons: { 'association-unclear': expect.any(Number) } },
    });
  }
});
