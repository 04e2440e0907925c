/** A device's stolen certificate: what it reaches of other devices, and how soon it is worth nothing. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Live } from '../../dashboard/server/browser.testing.ts';
import { root, until } from '../system.ts';
import { connectMqtt, loggedIn, product } from './attacker.ts';

const address = '127.0.7.1';
/** No recording has it: what an attacker says would be seen. */
const forgedValue = 287;
const stolen = 'spare-05';
const victim = 'bed-01';
let live: Live;

beforeAll(async () => {
  const chief = await loggedIn('chief', address);
  live = await chief.live({ type: 'watch', scope: { ward: '*' }, waves: null });
  await until('all beds', () => live.of('snapshot').length === 1);
});
afterAll(() => live?.close());

const reading = (value = forgedValue) =>
  JSON.stringify({
    ...{ boot: 'forged', seq: 1, time: new Date().toISOString() },
    values: [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }],
  });

/** Connects, or says with which code it was refused. */
const refusedWith = (options: IClientOptions, certificateOf = stolen): Promise<number | string> =>
  connectMqtt(certificateOf, options).then(
    async (client) => {
      await client.endAsync(true);
      return 'let in';
    },
    (error: { code?: number | string; message: string }) => error.code ?? error.message,
  );

/** A client that may end: what became of one publish, and whether the connection outlived it. */
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
  return heads.findLast(({ device }) => device.deviceId === victim)?.device.online;
};
const sawForged = () => JSON.stringify(live.messages).includes(`"value":${forgedValue}`);

describe('the certificate of one device', () => {
  it.each([
    ['the id of another', victim],
    ['the id of another and more', `${victim}/2`],
    ['its own id with another before it', `${victim},${stolen}`],
    ['its own id in capitals', stolen.toUpperCase()],
    ['a longer id', `${stolen}0`],
    ['a wildcard', '+'],
    ['a path', `../${victim}`],
    ['its own id with a NUL', `${stolen}\0`],
  ])('a device does not come in with %s as its client id, and the other device goes on', async (_name, clientId) => {
    for (const protocolVersion of [4, 5] as const)
      expect(await refusedWith({ clientId, protocolVersion })).not.toBe('let in');
    expect(isOnline()).toBe(true);
  });

  it('a device does not become another device by a user name, a password or an enhanced authentication', async () => {
    const client = await connectMqtt(stolen, { username: victim, password: 'admin' });
    expect(await publish(client, `devices/${victim}/observations`)).not.toBe('answered 0');
    await client.endAsync(true);
    expect(
      await refusedWith({
        properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from(victim) },
      }),
    ).not.toBe('let in');
  });

  it.each([
    ['the readings of another', `devices/${victim}/observations`],
    ['the alarms of another', `devices/${victim}/alerts`],
    ['the state of another', `devices/${victim}/status`],
    ['the waves of another', `devices/${victim}/waveforms`],
    ['the inbox of another', `devices/${victim}/inbox`],
    ['its own inbox', `devices/${stolen}/inbox`],
    ['another in capitals', `devices/${victim.toUpperCase()}/observations`],
    ['a path to another', `devices/${stolen}/../${victim}/observations`],
    ['a longer path', `devices/${stolen}/observations/${victim}`],
    ['nobody', 'devices//observations'],
    ['the tree of the server', '$SYS/broker/clients'],
    ['another tree', `Devices/${stolen}/observations`],
    ['a shared tree', `$share/g/devices/${victim}/observations`],
  ])('a device writes nothing to %s', async (_name, topic) => {
    for (const protocolVersion of [4, 5] as const) {
      const client = await connectMqtt(stolen, { protocolVersion });
      const answer = await publish(client, topic);
      await client.endAsync(true);
      // MQTT 3.1.1 has no code for a refusal: the connection ends.
      expect([protocolVersion, answer]).not.toEqual([5, 'answered 0']);
      if (protocolVersion === 4) expect(['closed', 'answered 0']).toContain(answer);
    }
    expect(sawForged()).toBe(false);
  });

  it('a device leaves no will on another device’s topic, not by an alias and not with a delay', async () => {
    for (const protocolVersion of [4, 5] as const) {
      const will = { topic: `devices/${victim}/status`, payload: Buffer.from('{}'), qos: 1, retain: false } as const;
      expect(await refusedWith({ protocolVersion, will })).not.toBe('let in');
    }
    const client = await connectMqtt(stolen, { properties: { topicAliasMaximum: 5 } });
    const aliased = await publish(client, `devices/${victim}/observations`, { properties: { topicAlias: 1 } });
    expect(aliased).not.toBe('answered 0');
    await client.endAsync(true);
    expect(isOnline()).toBe(true);
    expect(sawForged()).toBe(false);
  });

  it('a device hears nothing of others, with no filter and from no retained message', async () => {
    const client = await connectMqtt(stolen);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    for (const filter of [
      ...['#', '+', '+/+/+', 'devices/#', 'devices/+/observations', `devices/${victim}/observations`],
      ...[
        `devices/${victim}/inbox`,
        'devices/+/inbox',
        '$SYS/#',
        '$SYS/broker/uptime',
        `$share/g/devices/${victim}/inbox`,
      ],
    ]) {
      const granted = await client.subscribeAsync(filter, { qos: 1 }).then(
        ([one]) => one?.qos ?? 0,
        (error: { code?: number }) => error.code ?? 0x80,
      );
      expect([filter, granted >= 0x80]).toEqual([filter, true]);
    }
    const kept = await publish(client, `devices/${stolen}/observations`, { retain: true });
    await client.endAsync(true).catch(() => undefined);
    // What one device says is kept for none to fetch: the server says so, or takes it as any other.
    expect(kept).toMatch(/^(closed|answered \d+)$/);
    await sleep(500);
    expect(heard.filter((topic) => topic !== `devices/${stolen}/inbox`)).toEqual([]);
    const later = await connectMqtt('spare-06');
    later.on('message', (topic) => heard.push(topic));
    await later.subscribeAsync('devices/spare-06/inbox');
    await sleep(500);
    await later.endAsync(true);
    expect(heard.filter((topic) => !/^devices\/spare-0[56]\/inbox$/.test(topic))).toEqual([]);
  });

  it('a device takes over no session of another device, and no session that was parked for it', async () => {
    const before = live.of('delta').length;
    for (let tries = 0; tries < 5; tries += 1) {
      await refusedWith({ clientId: victim, clean: false, properties: { sessionExpiryInterval: 600 } });
      await refusedWith({ clientId: victim, clean: true });
    }
    await until('values of the other go on', () => live.of('delta').length > before + 2);
    expect(isOnline()).toBe(true);
  });
});

it('a revoked certificate ends its live session and opens no new one, and no reading with it is taken any more', async () => {
  const thief = await connectMqtt('spare-07');
  thief.on('error', () => {});
  expect(await publish(thief, 'devices/spare-07/observations')).toBe('answered 0');
  const ended = new Promise<void>((resolve) => thief.once('close', () => resolve()));
  execFileSync(process.execPath, [join(root, 'certs/main.ts'), 'revoke', 'spare-07', '--state', product.stateDir]);
  await ended;
  expect(await refusedWith({}, 'spare-07')).not.toBe('let in');
  expect(await refusedWith({ protocolVersion: 4, clientId: 'spare-07/again' }, 'spare-07')).not.toBe('let in');
  expect(isOnline()).toBe(true);
});
