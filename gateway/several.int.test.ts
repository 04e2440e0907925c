/**
 * Tests several gateways: the newest connection of a client id stays, no matter on which gateway, and no device is
 * reported as gone.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { type ConnectionRecord, contentTypes, type StatusRecord } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { openConnection } from '../tests/faults/connection.ts';
import { freeze, thaw } from '../tests/faults/process.ts';
import { makeReading } from '../tests/faults/reading.ts';
import { connectMqtt, publishFor, recordsOf } from '../tests/gateway/gateway.ts';
import { sequencesOf } from '../tests/log-witness.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { openLogAs, type RunningProcess, startProcess, until } from '../tests/system.ts';

const shared = inject('platform');
const run = randomUUID().slice(0, 6);
const device = (name: string) => `${name}-${run}`;
const names = ['moved', 'old', 'fast', 'both', 'twice', 'will', 'half', 'away', 'drained'].map(device);
const numeric = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };

let platforms: TestPlatform[] = [];
let gateways: RunningProcess[] = [];
let operator: SealedLog;
let clients: MqttClient[] = [];

beforeAll(async () => {
  await ensureCertificates({ stateDir: shared.stateDir, devices: names, nowMs: Date.now() });
  operator = await openLogAs(shared, 'operator');
  platforms = (await freePorts(2)).map((mqttPort) => ({ ...shared, mqttPort }));
  gateways = await Promise.all(platforms.map((gatewayPlatform) => startProcess(gatewayPlatform, 'gateway')));
});
afterEach(async () => {
  for (const client of clients) await client.endAsync(true);
  clients = [];
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await operator?.close();
});

type DeviceConnection = { readonly client: MqttClient; readonly closed: Promise<void>; code: number | undefined };

/** Connects a device to one of the gateways, and notes how the connection ends. */
async function connect(
  name: string,
  gatewayIndex: number,
  more: Parameters<typeof connectMqtt>[2] = {},
): Promise<DeviceConnection> {
  const client = await connectMqtt(platforms[gatewayIndex]!, device(name), { ...more });
  clients.push(client);
  const closed = Promise.withResolvers<void>();
  const deviceConnection: DeviceConnection = { client, closed: closed.promise, code: undefined };
  client.on('disconnect', ({ reasonCode }) => {
    deviceConnection.code = reasonCode;
  });
  client.on('close', () => closed.resolve());
  return deviceConnection;
}

/** Returns the records about a device's connections and statuses, in the order of the log. */
async function noticesOf(name: string): Promise<(ConnectionRecord | StatusRecord)[]> {
  const records = await recordsOf(operator, 'observations', device(name));
  return records
    .filter(
      ({ opened }) => opened.contentType === contentTypes.connection || opened.contentType === contentTypes.status,
    )
    .map(({ body }) => body as unknown as ConnectionRecord | StatusRecord);
}

it('if a device connects to another gateway, the first gateway disconnects it with 0x8E', async () => {
  const first = await connect('moved', 0);
  const second = await connect('moved', 1);
  await first.closed;
  expect(first.code).toBe(0x8e);
  await publishFor(second.client, `devices/${device('moved')}/observations`, {
    time: new Date().toISOString(),
    values: [numeric],
  });
  const notices = await until('both notices are in Kafka', async () => {
    const all = (await noticesOf('moved')) as ConnectionRecord[];
    return all.length >= 2 && all;
  });
  expect(notices.map(({ connected }) => connected)).toEqual([true, true]);
  const claims = notices.map(({ claim }) => claim ?? -1).sort((left, right) => left - right);
  expect(claims[0]).toBeGreaterThanOrEqual(0);
  expect(claims[1]).toBeGreaterThan(claims[0]!);
});

it('if a device of MQTT 3.1.1 connects to another gateway, the first gateway disconnects it without a packet', async () => {
  const first = await connect('old', 0, { protocolVersion: 4 });
  const second = await connect('old', 1, { protocolVersion: 4 });
  await first.closed;
  await sleep(500);
  expect(second.client.connected).toBe(true);
});

it('the newest connection stays, even if the device changes very fast between gateways', async () => {
  const all: DeviceConnection[] = [];
  // The device connects from two addresses, and from each address to both gateways.
  for (let n = 0; n < 20; n += 1) {
    const from = { localAddress: n % 4 < 2 ? '127.0.0.1' : '127.0.0.2' } as object;
    all.push(await connect('fast', n % 2, from));
  }
  await Promise.all(all.slice(0, -1).map(({ closed }) => closed));
  await sleep(500);
  expect(all.at(-1)!.client.connected).toBe(true);
  expect(all.slice(0, -1).map(({ code }) => code)).toEqual(all.slice(0, -1).map(() => 0x8e));
  const notices = (await noticesOf('fast')) as ConnectionRecord[];
  expect(notices.every(({ connected }) => connected)).toBe(true);
  // Live connections from two addresses lose their client id again and again, so the gateways report two devices.
  await until('the notice for the bed is in Kafka', async () => {
    const records = await recordsOf(operator, 'observations', device('fast'));
    return records.some(({ body }) => body.notice === 'shared-identity');
  });
});

it('if two connections of a device come at the same time, only one of them stays', async () => {
  for (let n = 0; n < 10; n += 1) {
    const both = await Promise.allSettled([connect('both', 0), connect('both', 1)]);
    const accepted = both.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await until(
      'only one of the two connections is connected',
      () => accepted.filter(({ client }) => client.connected).length === 1,
    );
    await sleep(100);
    expect(accepted.filter(({ client }) => client.connected)).toHaveLength(1);
  }
});

it('a device that connects to another gateway gets a new session there, and its old session ends', async () => {
  const deviceId = device('twice');
  const present: boolean[] = [];
  for (const [n, gatewayIndex] of [0, 0, 1, 0].entries()) {
    const acknowledged = Promise.withResolvers<void>();
    const reading = makeReading('observations', `twice-${run}`, n + 1, Date.now());
    const connection = openConnection({
      deviceId,
      port: platforms[gatewayIndex]!.mqttPort,
      certsDir: join(shared.stateDir, 'certs'),
      version: 5,
      clean: n === 0,
      keepAliveS: 30,
      connectMs: 60_000,
      onReady(sessionPresent) {
        present.push(sessionPresent);
        // The same packet id is used again and never released. If the old session had not ended, the gateway would
        // treat the next message as a repeat.
        connection.publish(reading, n === 1 ? 8 : 7, 2, false);
      },
      onAcknowledged: () => acknowledged.resolve(),
      onReleased() {},
      onClosed() {},
    });
    await acknowledged.promise;
    connection.destroy();
  }
  expect(present).toEqual([false, true, false, false]);
  expect(await sequencesOf(operator, `twice-${run}`)).toEqual([1, 2, 3, 4]);
});

it('the will of a connection that was taken over is marked as taken over, and the device is not reported as gone', async () => {
  const topic = `devices/${device('will')}/status`;
  const first = await connect('will', 0, {
    will: { topic, payload: Buffer.from('{"online":false}'), qos: 1, retain: false },
  });
  await connect('will', 1);
  await first.closed;
  const notices = await until('the will is in Kafka', async () => {
    const all = await noticesOf('will');
    return all.some((record) => 'will' in record) && all;
  });
  const will = notices.find((record) => 'will' in record) as StatusRecord;
  expect(will).toMatchObject({ will: { reason: 'taken-over' }, reading: { online: false } });
  expect(notices.filter((record) => 'connected' in record && !record.connected)).toEqual([]);
});

it('if a gateway is killed, its device connects to the other gateway, and the notice of that gateway is then the newest', async () => {
  const before = await connect('half', 0);
  await until('the first notice is in Kafka', async () => (await noticesOf('half')).length === 1);
  await gateways[0]!.kill();
  await before.closed;
  const after = await connect('half', 1);
  await after.client.endAsync();
  const notices = (await until('the notice of the end is in Kafka', async () => {
    const all = (await noticesOf('half')) as ConnectionRecord[];
    return all.some(({ connected }) => !connected) && all;
  })) as ConnectionRecord[];
  expect(notices.map(({ connected }) => connected)).toEqual([true, true, false]);
  expect(notices[1]!.claim).toBeGreaterThan(notices[0]!.claim!);
  expect(notices[2]!.claim).toBe(notices[1]!.claim);
  await gateways[0]!.start();
});

describe('while Kafka is stopped', () => {
  const observations = (name: string) => `devices/${device(name)}/observations`;
  const reading = () => ({ time: new Date().toISOString(), values: [numeric] });
  afterEach(() => thaw(shared.kafkaPid));

  it('while Kafka is stopped, a device is accepted without a claim and gets no acknowledgement, and the take-over follows later', async () => {
    const first = await connect('away', 0);
    await freeze(shared.kafkaPid);
    const second = await connect('away', 1);
    // Both connections stay, because no gateway can read the claims.
    expect([first.client.connected, second.client.connected]).toEqual([true, true]);
    const line = new RegExp(`${device('away')}".*"claimed":false`);
    await until('the second gateway logs an accepted connection without a claim', () =>
      line.test(gateways[1]!.output()),
    );
    let acknowledged = false;
    const published = publishFor(second.client, observations('away'), reading()).then((code) => {
      acknowledged = true;
      return code;
    });
    await sleep(1_000);
    expect(acknowledged).toBe(false);
    thaw(shared.kafkaPid);
    await first.closed;
    expect(first.code).toBe(0x8e);
    expect(await published).toBe(0);
    expect(second.client.connected).toBe(true);
    const notices = (await until('both notices are in Kafka', async () => {
      const all = (await noticesOf('away')) as ConnectionRecord[];
      return all.length >= 2 && all;
    })) as ConnectionRecord[];
    expect(notices.map(({ connected }) => connected)).toEqual([true, true]);
  });

  it('while Kafka is stopped, a gateway ends within 10 s after SIGTERM, acknowledges nothing, and sends DISCONNECT', async () => {
    const { client, closed } = await connect('drained', 1);
    const codes: number[] = [];
    client.on('disconnect', ({ reasonCode }) => codes.push(reasonCode ?? 0));
    await publishFor(client, observations('drained'), reading());
    await freeze(shared.kafkaPid);
    let acknowledged = 0;
    client.publish(observations('drained'), JSON.stringify(reading()), { qos: 1 }, (error) => {
      if (!error) acknowledged += 1;
    });
    await sleep(500);
    const sinceMs = performance.now();
    await gateways[1]!.close();
    expect(performance.now() - sinceMs).toBeLessThan(10_000);
    await closed;
    expect(codes).toEqual([0x8b]);
    expect(acknowledged).toBe(0);
    expect(gateways[1]!.output()).toContain('not closed in time');
    thaw(shared.kafkaPid);
    await gateways[1]!.start();
  });
});
