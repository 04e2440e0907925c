/** Runs the same tests with four MQTT clients of other projects, against a real gateway and a real Kafka. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type DeviceRecord, recordsOf } from '../gateway/gateway.ts';
import { readAllRecords } from '../log-witness.ts';
import { openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../system.ts';
import type { ForeignClient, ForeignConnection, ForeignOptions, GatewayAccess } from './client.ts';
import { openHiveMq } from './hivemq.ts';
import { openMosquitto } from './mosquitto.ts';
import { openMqttJs } from './mqttjs.ts';
import { openPaho } from './paho.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const certsDir = join(platform.stateDir, 'certs');
const clients: readonly [name: string, open: (reach: GatewayAccess) => Promise<ForeignClient>][] = [
  ['paho', openPaho],
  ['mosquitto', openMosquitto],
  ['hivemq', openHiveMq],
  ['mqttjs', openMqttJs],
];
const cases = clients.flatMap(([name, open]) => ([4, 5] as const).map((version) => [name, version, open] as const));
const deviceOf = (name: string, version: 4 | 5) => `${name}${version}-${run}`;

let gateway: RunningProcess;
let operator: SealedLog;

beforeAll(async () => {
  const devices = cases.map(([name, version]) => deviceOf(name, version));
  await ensureCertificates({ stateDir: platform.stateDir, devices, nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  gateway = await startProcess(platform, 'gateway');
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
const seqsOf = (records: readonly DeviceRecord[], boot: string) =>
  records.filter(({ opened }) => opened.origin.boot === boot).map(({ opened }) => opened.origin.seq);

// The first run on a machine downloads the clients, which takes minutes.
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

  it('a client gets an acknowledgement only for messages that Kafka has', async () => {
    const connection = await connect();
    for (const qos of [1, 2] as const) {
      const boot = `${run}-q${qos}`;
      const payloads = numbers(20).map((seq) => reading(boot, seq));
      expect(await connection.publish(topic('observations'), payloads, qos)).toEqual(payloads.map(() => 0));
      // The test does not wait here: Kafka has each acknowledged reading once and in order.
      expect(seqsOf(await recordsOf(operator, 'observations', device), boot)).toEqual(numbers(20));
    }
    await connection.publish(topic('observations'), [reading(`${run}-q0`, 1)], 0);
    await until('the reading of QoS 0', async () =>
      seqsOf(await recordsOf(operator, 'observations', device), `${run}-q0`).includes(1),
    );
    await connection.close();
  });

  it('a client gets the reason why a message is refused, and the message is in the topic rejected', async () => {
    const connection = await connect();
    const countBefore = (await recordsOf(operator, 'rejected', device)).length;
    const rows = [
      ['devices/bed-01/observations', reading(run, 1), 0x87],
      [topic('inbox'), '{}', 0x87],
      ['somewhere/else', '{}', 0x90],
      [topic('observations'), 'garbage', 0x99],
    ] as const;
    for (const qos of [1, 2] as const) {
      for (const [target, payload, code] of rows) {
        // With QoS 2, Paho sends PUBREL for a refused message, and returns the code of the answer to PUBREL: "packet
        // identifier not found".
        const expected = name === 'paho' && qos === 2 ? 0x92 : code;
        const codes = await connection.publish(target, [payload], qos);
        expect([target, codes]).toEqual([target, [version === 5 ? expected : 0]]);
      }
    }
    const rejected = (await recordsOf(operator, 'rejected', device)).slice(countBefore);
    expect(rejected.map(({ body }) => body.topic)).toEqual([...rows, ...rows].map(([target]) => target));
    await connection.close();
  });

  it('a client gets the messages of its own inbox, and may not subscribe to another inbox', async () => {
    const connection = await connect();
    expect(await connection.subscribe(topic('inbox'))).toBe(0);
    const { topic: from, payload } = await connection.message();
    expect(from).toBe(topic('inbox'));
    expect(JSON.parse(payload)).toMatchObject({ association: null });
    expect(await connection.subscribe('devices/bed-01/inbox')).toBe(version === 5 ? 0x87 : 0x80);
    expect(await connection.subscribe(topic('#'))).toBe(version === 5 ? 0xa2 : 0x80);
    // The connection is still open after both refusals.
    await connection.publish(topic('observations'), [reading(`${run}-after`, 1)], 1);
    await connection.close();
  });

  it('a second connection with the same client id ends the first connection', async () => {
    const older = await connect();
    const newer = await connect();
    expect(await older.ended).toBe(version === 5 ? 0x8e : undefined);
    expect(await newer.publish(topic('observations'), [reading(`${run}-newer`, 1)], 1)).toEqual([0]);
    await newer.close();
  });

  it('a client that reconnects without a clean start gets its session with the subscription; with a clean start it gets no session', async () => {
    const keep = { clean: false, expiryS: 60 };
    const first = await connect({ ...keep, clientId: `${device}/kept` });
    await first.subscribe(topic('inbox'));
    await first.message();
    await first.close();
    const second = await connect({ ...keep, clientId: `${device}/kept` });
    if (second.sessionPresent !== undefined)
      expect([first.sessionPresent, second.sessionPresent]).toEqual([false, true]);
    // The client does not subscribe again: the subscription belongs to the session.
    expect((await second.message()).topic).toBe(topic('inbox'));
    await second.close();
    const clean = await connect({ clientId: `${device}/kept` });
    expect(clean.sessionPresent ?? false).toBe(false);
    await clean.close();
  });

  it('no message is lost if a client publishes more messages at the same time than Receive Maximum allows', async () => {
    const boot = `${run}-many`;
    const connection = await connect();
    const payloads = numbers(600).map((seq) => reading(boot, seq));
    expect(await connection.publish(topic('observations'), payloads, 1)).toEqual(payloads.map(() => 0));
    expect(seqsOf(await recordsOf(operator, 'observations', device), boot)).toEqual(numbers(600));
    await connection.close();
  });

  it('the gateway publishes the will of a client that ends abruptly, and not the will of a client that disconnects', async () => {
    const wills = async () =>
      (await recordsOf(operator, 'observations', device)).filter(
        ({ opened }) => opened.contentType === contentTypes.status,
      );
    const will = { topic: topic('status'), payload: '{"online":false}', qos: 1 } as const;
    const polite = await connect({ will });
    await polite.close();
    const connection = await connect({ will });
    await connection.abandon();
    const published = await until('the will', async () => {
      const records = await wills();
      return records.length > 0 && records;
    });
    expect(published.map(({ body }) => body.reading)).toEqual([{ online: false }]);
  });
});

describe('a gateway that shuts down', { timeout: 120_000 }, () => {
  const open: ForeignClient[] = [];
  afterAll(async () => {
    for (const client of open) await client.close();
  });

  it('a gateway that shuts down sends each client the reason code 0x8B (server shutting down), and publishes no will', async () => {
    const connections: ForeignConnection[] = [];
    for (const [name, openClient] of clients) {
      const client = await openClient({ port: platform.mqttPort, certsDir, softwareDir: platform.softwareDir });
      open.push(client);
      const clientId = `${deviceOf(name, 5)}/last`;
      const will = { topic: `devices/${deviceOf(name, 5)}/status`, payload: '{"online":false}', qos: 1 } as const;
      connections.push(await client.connect({ clientId, version: 5, will }));
    }
    // Only wills are status messages in this test.
    const wills = async () => {
      const records = await readAllRecords(operator, 'observations');
      return records.filter(({ opened }) => opened.contentType === contentTypes.status).length;
    };
    const willsBefore = await wills();
    await gateway.close();
    expect(await Promise.all(connections.map(({ ended }) => ended))).toEqual(clients.map(() => 0x8b));
    expect(await wills()).toBe(willsBefore);
    await gateway.start();
  });
});
