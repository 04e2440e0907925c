/** Attacks of a thief with the certificate of one device, over real TLS, while devices send readings. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { connectMqtt, recordsOf } from '../tests/gateway/gateway.ts';
import { openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../tests/system.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const stolen = `stolen-${run}`;
const other = `other-${run}`;
/** The thief sends from this address. */
const thiefAddress = '127.0.9.1';

let gateway: RunningProcess;
let operator: SealedLog;

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [stolen, other], nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  gateway = await startProcess(platform, 'gateway');
});
afterAll(async () => {
  await gateway?.close();
  await operator?.close();
});

let seq = 0;
function send(client: MqttClient, device: string): Promise<unknown> {
  seq += 1;
  const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
  const reading = JSON.stringify({ boot: run, seq, time: new Date().toISOString(), values });
  return client.publishAsync(`devices/${device}/observations`, reading, { qos: 1 });
}

/** Opens a TLS connection with the stolen certificate, and sends nothing. */
async function openAsThief(): Promise<TLSSocket> {
  const certs = join(platform.stateDir, 'certs');
  const socket = connectTls({
    ...{ host: '127.0.0.1', port: platform.mqttPort, localAddress: thiefAddress, servername: 'localhost' },
    ca: readFileSync(join(certs, 'ca.pem')),
    cert: readFileSync(join(certs, 'devices', `${stolen}.pem`)),
    key: readFileSync(join(certs, 'devices', `${stolen}.key`)),
  });
  socket.on('error', () => {});
  await new Promise<void>((done) => socket.once('secureConnect', () => done()));
  return socket;
}

const noticesOf = async () =>
  (await recordsOf(operator, 'observations', stolen)).filter(({ body }) => body.notice === 'shared-identity');

it('a thief takes the client id again and again, and sends nothing: the bed gets a notice, and the device gets its connection back', async () => {
  const device = await connectMqtt(platform, stolen);
  let losses = 0;
  device.on('close', () => {
    losses += 1;
  });
  for (let taken = 1; taken <= 8; taken += 1) {
    await send(device, stolen);
    const thief = await connectMqtt(platform, stolen, { localAddress: thiefAddress } as object);
    await until('the device has lost its connection', () => losses >= taken);
    // The thief has gone before the device connects again, so the device never takes the client id from the thief.
    await thief.endAsync(true);
    device.reconnect();
    await until('the device is connected again', () => device.connected);
  }
  await until('the notice at the bed', async () => (await noticesOf()).length > 0);
  await send(device, stolen);
  expect(gateway.output()).toContain('two devices use one certificate');
  await device.endAsync(true);
});

it('beside slow, silent and flooding connections of a thief, another device gets all its acknowledgements', async () => {
  const device = await connectMqtt(platform, other);
  const certificateOwner = await Promise.all(Array.from({ length: 6 }, openAsThief));
  const connectPacket = (clientId: string) =>
    generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clean: true, clientId, keepalive: 60 });
  const [slow, half, flood, topics, ...idle] = certificateOwner as [TLSSocket, TLSSocket, TLSSocket, TLSSocket];
  // One byte after the other.
  const bytes = connectPacket(`${stolen}/slow`);
  const dripping = (async () => {
    for (const byte of bytes) {
      if (slow.destroyed) return;
      slow.write(Buffer.from([byte]));
      await sleep(100);
    }
  })();
  // Half a packet, and then silence.
  half.write(connectPacket(`${stolen}/half`));
  half.write(Buffer.from([0x32, 0xff, 0xff, 0x03, 0x00, 0x10]));
  // A flood of QoS 1, whose answers the thief does not read.
  flood.pause();
  flood.write(connectPacket(`${stolen}/flood`));
  topics.write(connectPacket(`${stolen}/topics`));
  let isFlooding = true;
  const flooding = (async () => {
    const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
    for (let n = 1; isFlooding && !flood.destroyed; n += 1) {
      const time = new Date(Date.now() + ((n % 3) - 1) * 86_400_000).toISOString();
      const payload = JSON.stringify({ boot: 'thief', seq: (n * 7_919) % 2_000_000_000, time, values });
      const publish = { cmd: 'publish', qos: 1, dup: false, retain: false, payload } as const;
      const messageId = (n % 65_535) + 1;
      flood.write(generate({ ...publish, topic: `devices/${stolen}/observations`, messageId }, { protocolVersion: 5 }));
      if (!topics.destroyed && n <= 10_000)
        topics.write(generate({ ...publish, qos: 0, topic: `devices/${stolen}/${n}` }, { protocolVersion: 5 }));
      if (n % 50 === 0) await sleep(5);
    }
  })();
  let longestMs = 0;
  for (let n = 0; n < 40; n += 1) {
    const startMs = performance.now();
    await send(device, other);
    longestMs = Math.max(longestMs, performance.now() - startMs);
    await sleep(50);
  }
  isFlooding = false;
  await Promise.all([flooding, dripping]);
  process.stdout.write(`longest acknowledgement beside the attacks: ${Math.round(longestMs)} ms\n`);
  // The true device has its turn beside the other connections of the thief.
  const own = await connectMqtt(platform, stolen);
  await send(own, stolen);
  expect(device.connected).toBe(true);
  for (const socket of [slow, half, flood, topics, ...(idle as TLSSocket[])]) socket.destroy();
  await Promise.all([own.endAsync(true), device.endAsync(true)]);
});
