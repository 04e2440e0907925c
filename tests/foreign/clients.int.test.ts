/** Clients that nobody here wrote, each through the same list, against a real gateway and a real Kafka. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type Found, recordsOf } from '../gateway/gateway.ts';
import { readWhole } from '../log-witness.ts';
import { openLogAs, ownPorts, type RunningHouse, startHouse, until } from '../system.ts';
import type { ForeignClient, ForeignConnection, ForeignOptions, Reach } from './client.ts';
import { openHiveMq } from './hivemq.ts';
import { openMosquitto } from './mosquitto.ts';
import { openMqttJs } from './mqttjs.ts';
import { openPaho } from './paho.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const certsDir = join(platform.stateDir, 'certs');
const clients: readonly [name: string, open: (reach: Reach) => Promise<ForeignClient>][] = [
  ['paho', openPaho],
  ['mosquitto', openMosquitto],
  ['hivemq', openHiveMq],
  ['mqttjs', openMqttJs],
];
const cases = clients.flatMap(([name, open]) => ([4, 5] as const).map((version) => [name, version, open] as const));
const deviceOf = (name: string, version: 4 | 5) => `${name}${version}-${run}`;

let gateway: RunningHouse;
let operator: SealedLog;

beforeAll(async () => {
  const devices = cases.map(([name, version]) => deviceOf(name, version));
  await ensureCertificates({ stateDir: platform.stateDir, devices, nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  gateway = await startHouse(platform, 'gateway');
});
afterAll(async () => {
  await gateway?.close();
  await operator?.close();
});

const iso = (ms: number) => new Date(ms).toISOString();
const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
const reading = (boot: string, seq: number) =>
  JSON.stringify({ boot, seq, time: iso(Date.now()), values: [{ ...spo2, value: 90 + (seq % 10) }] });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const seqsOf = (found: readonly Found[], boot: string) =>
  found.filter(({ opened }) => opened.place.boot === boot).map(({ opened }) => opened.place.seq);

// What a client needs is fetched once, on a bare machine over minutes.
describe.each(cases)('%s, MQTT %i', { timeout: 120_000 }, (name, version, open) => {
  const device = deviceOf(name, version);
  const topic = (kind: string) => `devices/${device}/${kind}`;
  let client: ForeignClient;
  const connections: ForeignConnection[] = [];
  const connect = async (more: Partial<ForeignOptions> = {}) => {
    const connection = await client.connect({ clientId: device, version, ...more });
    connections.push(connection);
    return connection;
  };

  beforeAll(async () => {
    client = await open({ port: platform.mqttPort, certsDir, softwareDir: platform.softwareDir });
  }, 600_000);
  afterAll(() => client?.close());

  it('a client gets an acknowledgement only for messages that a reader of Kafka finds', async () => {
    const connection = await connect();
    for (const qos of [1, 2] as const) {
      const boot = `${run}-q${qos}`;
      const payloads = numbers(20).map((seq) => reading(boot, seq));
      expect(await connection.publish(topic('observations'), payloads, qos)).toEqual(payloads.map(() => 0));
      // No waiting: it is there when it is acknowledged, once and in order.
      expect(seqsOf(await recordsOf(operator, 'observations', device), boot)).toEqual(numbers(20));
    }
    await connection.publish(topic('observations'), [reading(`${run}-q0`, 1)], 0);
    await until('the reading of QoS 0', async () =>
      seqsOf(await recordsOf(operator, 'observations', device), `${run}-q0`).includes(1),
    );
    await connection.close();
  });

  it('a client learns why a message that it may not publish is refused, and the message is kept', async () => {
    const connection = await connect();
    const before = (await recordsOf(operator, 'rejected', device)).length;
    const rows = [
      ['devices/bed-01/observations', reading(run, 1), 0x87],
      [topic('inbox'), '{}', 0x87],
      ['somewhere/else', '{}', 0x90],
      [topic('observations'), 'garbage', 0x99],
    ] as const;
    for (const qos of [1, 2] as const) {
      for (const [where, payload, code] of rows) {
        // Paho releases at QoS 2 what was refused, and tells the answer to that: there is no such exchange.
        const told = name === 'paho' && qos === 2 ? 0x92 : code;
        expect([where, await connection.publish(where, [payload], qos)]).toEqual([where, [version === 5 ? told : 0]]);
      }
    }
    const kept = (await recordsOf(operator, 'rejected', device)).slice(before);
    expect(kept.map(({ body }) => body.topic)).toEqual([...rows, ...rows].map(([where]) => where));
    await connection.close();
  });

  it('a client hears its inbox, and may hear no other inbox', async () => {
    const connection = await connect();
    expect(await connection.subscribe(topic('inbox'))).toBe(0);
    const { topic: from, payload } = await connection.message();
    expect(from).toBe(topic('inbox'));
    expect(JSON.parse(payload)).toMatchObject({ association: null });
    expect(await connection.subscribe('devices/bed-01/inbox')).toBe(version === 5 ? 0x87 : 0x80);
    expect(await connection.subscribe(topic('#'))).toBe(version === 5 ? 0xa2 : 0x80);
    // Neither ends the connection.
    await connection.publish(topic('observations'), [reading(`${run}-after`, 1)], 1);
    await connection.close();
  });

  it('a client id goes to the newest connection', async () => {
    const older = await connect();
    const newer = await connect();
    expect(await older.ended).toBe(version === 5 ? 0x8e : undefined);
    expect(await newer.publish(topic('observations'), [reading(`${run}-newer`, 1)], 1)).toEqual([0]);
    await newer.close();
  });

  it('a client finds its session again', async () => {
    const keep = { clean: false, expiryS: 60 };
    const first = await connect({ ...keep, clientId: `${device}/kept` });
    await first.subscribe(topic('inbox'));
    await first.message();
    await first.close();
    const again = await connect({ ...keep, clientId: `${device}/kept` });
    if (again.sessionPresent !== undefined) expect([first.sessionPresent, again.sessionPresent]).toEqual([false, true]);
    // Not asked for again: the subscription is the session's.
    expect((await again.message()).topic).toBe(topic('inbox'));
    await again.close();
    const clean = await connect({ clientId: `${device}/kept` });
    expect(clean.sessionPresent ?? false).toBe(false);
    await clean.close();
  });

  it('a client loses nothing when it publishes more than Receive Maximum at once', async () => {
    const boot = `${run}-many`;
    const connection = await connect();
    const payloads = numbers(600).map((seq) => reading(boot, seq));
    expect(await connection.publish(topic('observations'), payloads, 1)).toEqual(payloads.map(() => 0));
    expect(seqsOf(await recordsOf(operator, 'observations', device), boot)).toEqual(numbers(600));
    await connection.close();
  });

  it('the gateway publishes the will of a client that ends abruptly', async () => {
    const wills = async () =>
      (await recordsOf(operator, 'observations', device)).filter(
        ({ opened }) => opened.contentType === contentTypes.status,
      );
    const will = { topic: topic('status'), payload: '{"online":false}', qos: 1 } as const;
    const polite = await connect({ will });
    await polite.close();
    const connection = await connect({ will });
    await connection.abandon();
    const found = await until('the will', async () => {
      const so = await wills();
      return so.length > 0 && so;
    });
    expect(found.map(({ body }) => body.reading)).toEqual([{ online: false }]);
  });
});

describe('a gateway that shuts down', { timeout: 120_000 }, () => {
  const open: ForeignClient[] = [];
  afterAll(async () => {
    for (const client of open) await client.close();
  });

  it('a gateway that shuts down says so to each client, and publishes no will of theirs', async () => {
    const connections: ForeignConnection[] = [];
    for (const [name, openClient] of clients) {
      const client = await openClient({ port: platform.mqttPort, certsDir, softwareDir: platform.softwareDir });
      open.push(client);
      const clientId = `${deviceOf(name, 5)}/last`;
      const will = { topic: `devices/${deviceOf(name, 5)}/status`, payload: '{"online":false}', qos: 1 } as const;
      connections.push(await client.connect({ clientId, version: 5, will }));
    }
    // Nothing but wills is a status here.
    const wills = async () => {
      const all = await readWhole(operator, 'observations');
      return all.filter(({ opened }) => opened.contentType === contentTypes.status).length;
    };
    const before = await wills();
    await gateway.close();
    expect(await Promise.all(connections.map(({ ended }) => ended))).toEqual(clients.map(() => 0x8b));
    expect(await wills()).toBe(before);
    await gateway.start();
  });
});
