/** One device over many connections does not take from another what it needs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { ownPorts, type RunningHouse, startHouse } from '../tests/system.ts';
import { connectMqtt } from './gateway.testing.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const bed = `fair-${run}`;
const flooder = `flood-${run}`;
const connections = 40;
const garbageBytes = 250_000;

let gateway: RunningHouse;
let client: MqttClient;
let flood: ChildProcess | undefined;

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [bed, flooder], nowMs: Date.now() });
  gateway = await startHouse(platform, 'gateway');
  client = await connectMqtt(platform, bed);
});
afterAll(async () => {
  flood?.stdin?.end();
  if (flood) await once(flood, 'exit');
  await client?.endAsync(true);
  await gateway?.close();
});

let seq = 0;

/** Sends readings at a steady rate, whether or not they are answered, and counts the acknowledgements in that time. */
async function acknowledgedIn(seconds: number, perS: number): Promise<number> {
  let acknowledged = 0;
  let counting = true;
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    seq += 1;
    const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
    const reading = JSON.stringify({ boot: run, seq, time: new Date().toISOString(), values });
    client.publishAsync(`devices/${bed}/observations`, reading, { qos: 1 }).then(
      () => {
        if (counting) acknowledged += 1;
      },
      () => undefined,
    );
    await sleep(1000 / perS);
  }
  counting = false;
  return acknowledged;
}

it('acknowledges a bed as before while another device sends garbage over 40 connections', async () => {
  const certs = join(platform.stateDir, 'certs');
  const alone = await acknowledgedIn(8, 10);
  const program = join(import.meta.dirname, 'flood.testing.ts');
  const args = [program, String(platform.mqttPort), certs, flooder, String(connections), String(garbageBytes)];
  flood = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(flood.stdout!, 'data');
  const beside = await acknowledgedIn(8, 10);
  process.stdout.write(`acknowledged alone ${alone}, beside the flood ${beside}\n`);
  expect(alone).toBeGreaterThan(20);
  expect(beside / alone).toBeGreaterThan(0.7);
});
