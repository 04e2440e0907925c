/** Attacks with the stolen certificate of a device: on other devices, and after the certificate was revoked. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Live } from '../../dashboard/server/browser.testing.ts';
import { root, until } from '../system.ts';
import { connectMqtt, loggedInBrowser, product } from './attacker.ts';

const address = '127.0.7.1';
/** Heart rate that no recording contains, so that a forged reading would be noticed. */
const forgedValue = 287;
const stolenDevice = 'spare-05';
const victimDevice = 'bed-01';
let live: Live;

beforeAll(async () => {
  const chief = await loggedInBrowser('chief', address);
  live = await chief.live({ type: 'watch', scope: { ward: '*' }, waves: null });
  await until('all beds', () => live.of('snapshot').length === 1);
});
afterAll(() => live?.close());

const reading = (value = forgedValue) =>
  JSON.stringify({
    ...{ boot: 'forged', seq: 1, time: new Date().toISOString() },
    values: [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }],
  });

/** Connects with a device's certificate. Returns `accepted`, or the code of the refusal. */
const connectResult = (options: IClientOptions, certificateOf = stolenDevice): Promise<number | string> =>
  connectMqtt(certificateOf, options).then(
    async (client) => {
      await client.endAsync(true);
      return 'accepted';
    },
    (error: { code?: number | string; message: string }) => error.code ?? error.message,
  );

/**
 * Publishes a reading. Returns `answered` with the reason code, or `closed` if the server closes the connection first.
 */
async function publish(client: MqttClient, topic: string, options: object = {}): Promise<string> {
  const ended = new Promise<string>((resolve) => client.once('close', () => resolve('closed')));
  const answered = client.publishAsync(topic, reading(), { qos: 1, ...options }).then(
    (packet) => `answered ${(packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0}`,
    (error: { code?: number; message: string }) => `answered ${error.code ?? error.message}`,
  );
  return Promise.race([answered, ended]);
}

const isOnline = () => {
  const heads = [
    ...live.of('snapshot').flatMap(({ beds }) => beds),
    ...live.of('delta').flatMap(({ beds }) => beds.flatMap(({ head }) => head ?? [])),
  ];
  return heads.findLast(({ device }) => device.deviceId === victimDevice)?.device.online;
};
const isForgedShown = () => JSON.stringify(live.messages).includes(`"value":${forgedValue}`);

describe('the certificate of one device', () => {
  it.each([
    ['the id of another device', victimDevice],
    ['the id of another device and more', `${victimDevice}/2`],
    ['the id of another device before its own id', `${victimDevice},${stolenDevice}`],
    ['its own id in capitals', stolenDevice.toUpperCase()],
    ['an id that begins with its own id', `${stolenDevice}0`],
    ['a wildcard', '+'],
    ['a path to another device', `../${victimDevice}`],
    ['its own id with a NUL', `${stolenDevice}\0`],
  ])(
    'the gateway refuses a device with %s as its client id, and the other device stays online',
    async (_name, clientId) => {
      for (const protocolVersion of [4, 5] as const)
        expect(await connectResult({ clientId, protocolVersion })).not.toBe('accepted');
      expect(isOnline()).toBe(true);
    },
  );

  it('a device cannot act as another device by a user name, a password or an enhanced authentication', async () => {
    const client = await connectMqtt(stolenDevice, { username: victimDevice, password: 'admin' });
    expect(await publish(client, `devices/${victimDevice}/observations`)).not.toBe('answered 0');
    await client.endAsync(true);
    expect(
      await connectResult({
        properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from(victimDevice) },
      }),
    ).not.toBe('accepted');
  });

  it.each([
    ['the readings of another device', `devices/${victimDevice}/observations`],
    ['the alarms of another device', `devices/${victimDevice}/alerts`],
    ['the status of another device', `devices/${victimDevice}/status`],
    ['the waves of another device', `devices/${victimDevice}/waveforms`],
    ['the inbox of another device', `devices/${victimDevice}/inbox`],
    ['its own inbox', `devices/${stolenDevice}/inbox`],
    ['another device in capitals', `devices/${victimDevice.toUpperCase()}/observations`],
    ['a relative path to another device', `devices/${stolenDevice}/../${victimDevice}/observations`],
    ['a path with another device at its end', `devices/${stolenDevice}/observations/${victimDevice}`],
    ['an empty device id', 'devices//observations'],
    ['the topics of the server', '$SYS/broker/clients'],
    ['a topic that begins with a capital', `Devices/${stolenDevice}/observations`],
    ['a shared topic', `$share/g/devices/${victimDevice}/observations`],
  ])('a device cannot publish to %s', async (_name, topic) => {
    for (const protocolVersion of [4, 5] as const) {
      const client = await connectMqtt(stolenDevice, { protocolVersion });
      const answer = await publish(client, topic);
      await client.endAsync(true);
      // MQTT 3.1.1 has no reason code for a refusal. The gateway closes the connection or acknowledges without storing.
      expect([protocolVersion, answer]).not.toEqual([5, 'answered 0']);
      if (protocolVersion === 4) expect(['closed', 'answered 0']).toContain(answer);
    }
    expect(isForgedShown()).toBe(false);
  });

  it('a device cannot set a will on another device’s topic, and cannot reach that topic by an alias', async () => {
    for (const protocolVersion of [4, 5] as const) {
      const will = {
        topic: `devices/${victimDevice}/status`,
        payload: Buffer.from('{}'),
        qos: 1,
        retain: false,
      } as const;
      expect(await connectResult({ protocolVersion, will })).not.toBe('accepted');
    }
    const client = await connectMqtt(stolenDevice, { properties: { topicAliasMaximum: 5 } });
    const aliased = await publish(client, `devices/${victimDevice}/observations`, { properties: { topicAlias: 1 } });
    expect(aliased).not.toBe('answered 0');
    await client.endAsync(true);
    expect(isOnline()).toBe(true);
    expect(isForgedShown()).toBe(false);
  });

  it('a device gets no messages of other devices, with any filter, and no retained messages', async () => {
    const client = await connectMqtt(stolenDevice);
    const receivedTopics: string[] = [];
    client.on('message', (topic) => receivedTopics.push(topic));
    for (const filter of [
      ...['#', '+', '+/+/+', 'devices/#', 'devices/+/observations', `devices/${victimDevice}/observations`],
      ...[
        `devices/${victimDevice}/inbox`,
        'devices/+/inbox',
        '$SYS/#',
        '$SYS/broker/uptime',
        `$share/g/devices/${victimDevice}/inbox`,
      ],
    ]) {
      const granted = await client.subscribeAsync(filter, { qos: 1 }).then(
        ([grant]) => grant?.qos ?? 0,
        (error: { code?: number }) => error.code ?? 0x80,
      );
      expect([filter, granted >= 0x80]).toEqual([filter, true]);
    }
    const retainAnswer = await publish(client, `devices/${stolenDevice}/observations`, { retain: true });
    await client.endAsync(true).catch(() => undefined);
    // The gateway may refuse a retained message, or accept the message like any other, but must not retain it.
    expect(retainAnswer).toMatch(/^(closed|answered \d+)$/);
    await sleep(500);
    expect(receivedTopics.filter((topic) => topic !== `devices/${stolenDevice}/inbox`)).toEqual([]);
    const laterClient = await connectMqtt('spare-06');
    laterClient.on('message', (topic) => receivedTopics.push(topic));
    await laterClient.subscribeAsync('devices/spare-06/inbox');
    await sleep(500);
    await laterClient.endAsync(true);
    expect(receivedTopics.filter((topic) => !/^devices\/spare-0[56]\/inbox$/.test(topic))).toEqual([]);
  });

  it('a device cannot take over the session of another device, with a clean start or without it', async () => {
    const deltaCountBefore = live.of('delta').length;
    for (let tries = 0; tries < 5; tries += 1) {
      await connectResult({ clientId: victimDevice, clean: false, properties: { sessionExpiryInterval: 600 } });
      await connectResult({ clientId: victimDevice, clean: true });
    }
    await until('further values of the other device', () => live.of('delta').length > deltaCountBefore + 2);
    expect(isOnline()).toBe(true);
  });
});

it('when a certificate is revoked, the gateway ends the connection with this certificate and accepts no new connection', async () => {
  const thief = await connectMqtt('spare-07');
  thief.on('error', () => {});
  expect(await publish(thief, 'devices/spare-07/observations')).toBe('answered 0');
  const ended = new Promise<void>((resolve) => thief.once('close', () => resolve()));
  execFileSync(process.execPath, [join(root, 'certs/main.ts'), 'revoke', 'spare-07', '--state', product.stateDir]);
  await ended;
  expect(await connectResult({}, 'spare-07')).not.toBe('accepted');
  expect(await connectResult({ protocolVersion: 4, clientId: 'spare-07/again' }, 'spare-07')).not.toBe('accepted');
  expect(isOnline()).toBe(true);
});
