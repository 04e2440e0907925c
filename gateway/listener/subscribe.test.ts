import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, join, openBench, until } from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const inbox = { topic: 'devices/bed-07/inbox', qos: 1 } as const;

it.each([4, 5] as const)(
  'the listener sends the inbox after SUBACK and when it changes, and stops after UNSUBSCRIBE, MQTT %i',
  async (version) => {
    const client = await join(bench, 'bed-07', version);
    const other = await join(bench, 'bed-08', version);
    client.send({ cmd: 'subscribe', messageId: 3, subscriptions: [inbox] });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'suback', messageId: 3, granted: [0] });
    const message = { cmd: 'publish', qos: 0, retain: false, topic: inbox.topic };
    expect(await client.nextPacket()).toMatchObject(message);
    bench.listener.inboxChanged('bed-08');
    bench.listener.inboxChanged('bed-07');
    const second = await client.nextPacket();
    expect(second).toMatchObject(message);
    expect(String((second as { payload?: Buffer }).payload)).toBe('{"to":"bed-07"}');
    client.send({ cmd: 'unsubscribe', messageId: 4, unsubscriptions: [inbox.topic, 'x'] });
    expect(await client.nextPacket()).toMatchObject({
      cmd: 'unsuback',
      messageId: 4,
      ...(version === 5 ? { granted: [0, reason.noSubscriptionExisted] } : {}),
    });
    bench.listener.inboxChanged('bed-07');
    client.send({ cmd: 'pingreq' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    expect(other.unreadPackets()).toEqual([]);
  },
);

it.each([
  [5, [0, reason.notAuthorized, reason.wildcardSubscriptionsNotSupported, reason.sharedSubscriptionsNotSupported]],
  [4, [0, 0x80, 0x80, 0x80]],
] as const)('SUBACK answers each filter in order, MQTT %i', async (version, granted) => {
  const client = await join(bench, 'bed-07', version);
  const filters = [inbox.topic, 'devices/bed-08/inbox', 'devices/#', '$share/g/x'];
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 2 })) });
  expect(await client.nextPacket()).toMatchObject({ cmd: 'suback', messageId: 1, granted });
  expect(bench.counters.subscriptionsRefused).toBe(3);
});

it('the listener keeps the subscription of a session that continues, and forgets it at a clean start', async () => {
  const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
  const first = await join(bench, 'bed-07', 5, keep);
  first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
  await first.nextPacket();
  first.end();
  await until('the end of the connection', () => bench.listener.connections() === 0);
  const second = await join(bench, 'bed-07', 5, keep);
  expect(second.connack).toMatchObject({ sessionPresent: true });
  // The regular check of the listener sends the inbox.
  await bench.letTimePass(0);
  expect(await second.nextPacket()).toMatchObject({ cmd: 'publish', topic: inbox.topic });
  const third = await join(bench, 'bed-07', 5, { clean: true });
  expect(third.connack).toMatchObject({ sessionPresent: false });
  bench.listener.inboxChanged('bed-07');
  third.send({ cmd: 'pingreq' });
  expect(await third.nextPacket()).toMatchObject({ cmd: 'pingresp' });
});

it('the listener ends the connection of a client that sends a subscription identifier', async () => {
  const client = await join(bench, 'bed-07');
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox], properties: { subscriptionIdentifier: 1 } });
  expect(await client.nextPacket()).toMatchObject({
    cmd: 'disconnect',
    reasonCode: reason.subscriptionIdentifiersNotSupported,
  });
});

it('the listener does not send an inbox that is larger than the client accepts', async () => {
  const client = await join(bench, 'bed-07', 5, { properties: { maximumPacketSize: 30 } });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
  expect(await client.nextPacket()).toMatchObject({ cmd: 'suback' });
  client.send({ cmd: 'pingreq' });
  expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
  expect(bench.counters.inboxLeftOut).toBe(1);
});

it.each(['a timer', 'a change'])(
  'if the code of the inbox throws for one device, only its connection ends, and the others get their inbox (%s)',
  async (cause) => {
    const [broken, other] = [await join(bench, 'bed-07', 5), await join(bench, 'bed-08', 5)];
    for (const [client, device] of [
      [broken, 'bed-07'],
      [other, 'bed-08'],
    ] as const) {
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `devices/${device}/inbox`, qos: 0 }] });
      expect(await client.nextPacket()).toMatchObject({ cmd: 'suback' });
      expect(await client.nextPacket()).toMatchObject({ cmd: 'publish' });
    }
    bench.failingInbox = 'bed-07';
    if (cause === 'a timer') bench.moveClock(60_000);
    else for (const device of ['bed-07', 'bed-08']) bench.listener.inboxChanged(device);
    expect(await other.nextPacket()).toMatchObject({ cmd: 'publish', topic: 'devices/bed-08/inbox' });
    await until('the end of one connection', () => bench.listener.connections() === 1);
    expect(bench.logged.join()).toContain('the work for a connection failed');
  },
);
