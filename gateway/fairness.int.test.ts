/**
 * Tests that a device which floods the gateway over many connections does not slow down another device, and does not
 * fill the disk.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { connectMqtt, recordsOf } from '../tests/gateway/gateway.ts';
import { openLogAs, ownPorts, type RunningProcess, startProcess } from '../tests/system.ts';

const platform = await ownPorts(inject('platform'));
const [metricsPort = 0] = await freePorts(1);
const run = randomUUID().slice(0, 6);
const bed = `fair-${run}`;
const floodingDevice = `flood-${run}`;
const connections = 40;
const garbageBytes = 250_000;
/** Space for four messages of `garbageBytes`. */
const keptBytesMax = 2_000_000;

let gateway: RunningProcess;
let operator: SealedLog;
let client: MqttClient;
let flood: ChildProcess | undefined;

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [bed, floodingDevice], nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  gateway = await startProcess(platform, 'gateway', {
    VIGIL_METRICS_PORT: String(metricsPort),
    VIGIL_REJECTED_DEVICE_BYTES_PER_DAY: String(keptBytesMax),
  });
  client = await connectMqtt(platform, bed);
});
afterAll(async () => {
  flood?.stdin?.end();
  if (flood) await once(flood, 'exit');
  await client?.endAsync(true);
  await gateway?.close();
  await operator?.close();
});

let seq = 0;

/**
 * Sends readings at a steady rate without waiting for answers, and returns the number of acknowledgements in this time.
 */
async function acknowledgedIn(seconds: number, perS: number): Promise<number> {
  let acknowledged = 0;
  let isCounting = true;
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    seq += 1;
    const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
    const reading = JSON.stringify({ boot: run, seq, time: new Date().toISOString(), values });
    client.publishAsync(`devices/${bed}/observations`, reading, { qos: 1 }).then(
      () => {
        if (isCounting) acknowledged += 1;
      },
      () => undefined,
    );
    await sleep(1000 / perS);
  }
  isCounting = false;
  return acknowledged;
}

it('the gateway acknowledges a bed as before while another device sends garbage over 40 connections', async () => {
  const certs = join(platform.stateDir, 'certs');
  const acknowledgedAlone = await acknowledgedIn(8, 10);
  const program = join(import.meta.dirname, 'flood.testing.ts');
  const args = [program, String(platform.mqttPort), certs, floodingDevice, String(connections), String(garbageBytes)];
  flood = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(flood.stdout!, 'data');
  const acknowledgedBesideFlood = await acknowledgedIn(8, 10);
  process.stdout.write(`acknowledged alone ${acknowledgedAlone}, beside the flood ${acknowledgedBesideFlood}\n`);
  expect(acknowledgedAlone).toBeGreaterThan(20);
  expect(acknowledgedBesideFlood / acknowledgedAlone).toBeGreaterThan(0.7);
});

it('the gateway keeps garbage up to the daily budget of the device, and writes a count of the rest', async () => {
  flood?.stdin?.end();
  if (flood) await once(flood, 'exit');
  flood = undefined;
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const notKept = Number(/^vigil_gateway_rejected_not_kept_total (\d+)$/m.exec(await answer.text())?.[1]);
  expect(notKept).toBeGreaterThan(0);
  await client.endAsync();
  // The counts are written once a minute, and when the gateway ends.
  await gateway.close();
  const records = await recordsOf(operator, 'rejected', floodingDevice);
  const keptRecords = records.filter(({ body }) => body.notKept === undefined);
  expect(keptRecords).toHaveLength(4);
  expect(keptRecords.every(({ body }) => body.payload === Buffer.alloc(garbageBytes, 'x').toString('base64'))).toBe(
    true,
  );
  const counts = records.flatMap(({ body }) =>
    body.notKept === undefined ? [] : [body.notKept as { messages: number }],
  );
  expect(counts.reduce((sum, { messages }) => sum + messages, 0)).toBeGreaterThanOrEqual(notKept);
  expect(records.at(-1)?.body).toMatchObject({ code: 'not-kept', payload: '' });
});
