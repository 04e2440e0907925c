/** Several gateways: the newest connection of a client id wins, wherever the older one lives, and nobody says that the device is gone. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { type ConnectionRecord, contentTypes, type StatusRecord } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { dial } from '../tests/faults/connection.ts';
import { freeze, thaw } from '../tests/faults/process.ts';
import { makeReading } from '../tests/faults/reading.ts';
import { connectMqtt, publishFor, recordsOf } from '../tests/gateway/gateway.ts';
import { sequencesOf } from '../tests/log-witness.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { openLogAs, type RunningHouse, startHouse, until } from '../tests/system.ts';

const shared = inject('platform');
const run = randomUUID().slice(0, 6);
const device = (name: string) => `${name}-${run}`;
const names = ['moved', 'old', 'fast', 'both', 'twice', 'will', 'half', 'away', 'drained'].map(device);
const numeric = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };

let places: TestPlatform[] = [];
let gateways: RunningHouse[] = [];
let operator: SealedLog;
let clients: MqttClient[] = [];

beforeAll(async () => {
  await ensureCertificates({ stateDir: shared.stateDir, devices: names, nowMs: Date.now() });
  operator = await openLogAs(shared, 'operator');
  places = (await freePorts(2)).map((mqttPort) => ({ ...shared, mqttPort }));
  gateways = await Promise.all(places.map((place) => startHouse(place, 'gateway')));
});
afterEach(async () => {
  for (const client of clients) await client.endAsync(true);
  clients = [];
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await operator?.close();
});

type Seen = { readonly client: MqttClient; readonly closed: Promise<void>; code: number | undefined };

/** A connection to one of the gateways, and how it ended. */
async function connect(name: string, to: number, more: Parameters<typeof connectMqtt>[2] = {}): Promise<Seen> {
  const client = await connectMqtt(places[to]!, device(name), { ...more });
  clients.push(client);
  const closed = Promise.withResolvers<void>();
  const seen: Seen = { client, closed: closed.promise, code: undefined };
  client.on('disconnect', ({ reasonCode }) => {
    seen.code = reasonCode;
  });
  client.on('close', () => closed.resolve());
  return seen;
}

/** What the gateways said of a device's connections, in the log's order. */
async function saidOf(name: string): Promise<(ConnectionRecord | StatusRecord)[]> {
  const records = await recordsOf(operator, 'observations', device(name));
  return records
    .filter(
      ({ opened }) => opened.contentType === contentTypes.connection || opened.contentType === contentTypes.status,
    )
    .map(({ body }) => body as unknown as ConnectionRecord | StatusRecord);
}

it('a device that comes to another gateway is taken over from the first, which tells the device so', async () => {
  const first = await connect('moved', 0);
  const second = await connect('moved', 1);
  await first.closed;
  expect(first.code).toBe(0x8e);
  await publishFor(second.client, `devices/${device('moved')}/observations`, {
    time: new Date().toISOString(),
    values: [numeric],
  });
  const said = await until('both notices', async () => {
    const all = (await saidOf('moved')) as ConnectionRecord[];
    return all.length >= 2 && all;
  });
  expect(said.map(({ connected }) => connected)).toEqual([true, true]);
  const claims = said.map(({ claim }) => claim ?? -1).sort((one, other) => one - other);
  expect(claims[0]).toBeGreaterThanOrEqual(0);
  expect(claims[1]).toBeGreaterThan(claims[0]!);
});

it('a device of MQTT 3.1.1 that comes to another gateway is taken over from the first, which tells it nothing', async () => {
  const first = await connect('old', 0, { protocolVersion: 4 });
  const second = await connect('old', 1, { protocolVersion: 4 });
  await first.closed;
  await sleep(500);
  expect(second.client.connected).toBe(true);
});

it('the newest connection wins, however fast the device changes between gateways', async () => {
  const all: Seen[] = [];
  // Two addresses, and each of them at both gateways.
  for (let n = 0; n < 20; n += 1) {
    const from = { localAddress: n % 4 < 2 ? '127.0.0.1' : '127.0.0.2' } as object;
    all.push(await connect('fast', n % 2, from));
  }
  await Promise.all(all.slice(0, -1).map(({ closed }) => closed));
  await sleep(500);
  expect(all.at(-1)!.client.connected).toBe(true);
  expect(all.slice(0, -1).map(({ code }) => code)).toEqual(all.slice(0, -1).map(() => 0x8e));
  const said = (await saidOf('fast')) as ConnectionRecord[];
  expect(said.every(({ connected }) => connected)).toBe(true);
  // Connections from two addresses lose their client id while they are alive, again and again: two devices, for all that the gateways know.
  await until('the notice for the bed', async () => {
    const records = await recordsOf(operator, 'observations', device('fast'));
    return records.some(({ body }) => body.notice === 'shared-identity');
  });
});

it('the gateways agree on one of two connections that come at once', async () => {
  for (let n = 0; n < 10; n += 1) {
    const both = await Promise.allSettled([connect('both', 0), connect('both', 1)]);
    const in_ = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await until('one to be left', () => in_.filter(({ client }) => client.connected).length === 1);
    await sleep(100);
    expect(in_.filter(({ client }) => client.connected)).toHaveLength(1);
  }
});

it('a device begins a new session at the other gateway, and leaves no session behind', async () => {
  const deviceId = device('twice');
  const present: boolean[] = [];
  for (const [n, to] of [0, 0, 1, 0].entries()) {
    const taken = Promise.withResolvers<void>();
    const reading = makeReading('observations', `twice-${run}`, n + 1, Date.now());
    const connection = dial({
      deviceId,
      port: places[to]!.mqttPort,
      certsDir: join(shared.stateDir, 'certs'),
      version: 5,
      clean: n === 0,
      keepAliveS: 30,
      connectMs: 60_000,
      onReady(sessionPresent) {
        present.push(sessionPresent);
        // The same packet id each time, never released: in a session that is left behind it would hide the next message.
        connection.publish(reading, n === 1 ? 8 : 7, 2, false);
      },
      onAcknowledged: () => taken.resolve(),
      onReleased() {},
      onClosed() {},
    });
    await taken.promise;
    connection.destroy();
  }
  expect(present).toEqual([false, true, false, false]);
  expect(await sequencesOf(operator, `twice-${run}`)).toEqual([1, 2, 3, 4]);
});

it('the gateway marks the will of the connection that was taken over, so that nobody takes the device for gone', async () => {
  const topic = `devices/${device('will')}/status`;
  const first = await connect('will', 0, {
    will: { topic, payload: Buffer.from('{"online":false}'), qos: 1, retain: false },
  });
  await connect('will', 1);
  await first.closed;
  const said = await until('the will', async () => {
    const all = await saidOf('will');
    return all.some((one) => 'will' in one) && all;
  });
  const will = said.find((one) => 'will' in one) as StatusRecord;
  expect(will).toMatchObject({ will: { reason: 'taken-over' }, reading: { online: false } });
  expect(said.filter((one) => 'connected' in one && !one.connected)).toEqual([]);
});

it('a gateway that is killed reports nothing: the device comes in at the other, whose report is the newest', async () => {
  const before = await connect('half', 0);
  await until('the first notice', async () => (await saidOf('half')).length === 1);
  await gateways[0]!.kill();
  await before.closed;
  const after = await connect('half', 1);
  await after.client.endAsync();
  const said = (await until('the end', async () => {
    const all = (await saidOf('half')) as ConnectionRecord[];
    return all.some(({ connected }) => !connected) && all;
  })) as ConnectionRecord[];
  expect(said.map(({ connected }) => connected)).toEqual([true, true, false]);
  expect(said[1]!.claim).toBeGreaterThan(said[0]!.claim!);
  expect(said[2]!.claim).toBe(said[1]!.claim);
  await gateways[0]!.start();
});

describe('with Kafka away', () => {
  const observations = (name: string) => `devices/${device(name)}/observations`;
  const reading = () => ({ time: new Date().toISOString(), values: [numeric] });
  afterEach(() => thaw(shared.kafkaPid));

  it('a device is let in without its claim, nothing is acknowledged, and the take-over follows when Kafka is back', async () => {
    const first = await connect('away', 0);
    await freeze(shared.kafkaPid);
    const second = await connect('away', 1);
    // Nobody can know better yet.
    expect([first.client.connected, second.client.connected]).toEqual([true, true]);
    const line = new RegExp(`${device('away')}".*"claimed":false`);
    await until('the line in its log', () => line.test(gateways[1]!.output()));
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
    const said = (await until('both notices', async () => {
      const all = (await saidOf('away')) as ConnectionRecord[];
      return all.length >= 2 && all;
    })) as ConnectionRecord[];
    expect(said.map(({ connected }) => connected)).toEqual([true, true]);
  });

  it('a gateway ends by SIGTERM within 10 s, acknowledges nothing, and tells its devices to come again', async () => {
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
    expect(gateways[1]!.output()).toContain('not closed in time, leaving');
    thaw(shared.kafkaPid);
    await gateways[1]!.start();
  });
});
