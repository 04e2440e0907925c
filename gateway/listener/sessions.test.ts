/** Tests which state of its session a client finds when it connects again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, join, openBench, publishPacket, until } from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  bench.immediateOutcome = { kind: 'appended' };
});
afterEach(() => bench.close());

const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
const inbox = { topic: 'devices/bed-07/inbox', qos: 1 } as const;
const waitForEnd = () => until('the end of the connection', () => bench.listener.connections() === 0);

describe.each([4, 5] as const)('MQTT %i', (version) => {
  it('CONNACK says whether the session existed before, and a clean start ends it', async () => {
    const sessionsPresent: unknown[] = [];
    for (const clean of [false, false, true, false]) {
      const client = await join(bench, 'bed-07', version, { ...keep, clean });
      sessionsPresent.push((client.connack as { sessionPresent?: boolean }).sessionPresent);
      client.end();
      await waitForEnd();
    }
    // In MQTT 3.1.1 a session with Clean Session ends with its connection. In MQTT 5 a clean start only ends the former
    // session.
    expect(sessionsPresent).toEqual([false, true, false, version === 5]);
  });

  it('a session lasts at least as long as its connection, even if its expiry is shorter', async () => {
    const client = await join(bench, 'bed-07', version, { keepalive: 300, clean: false });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'suback' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'publish' });
    await bench.letTimePass(200_000);
    // First comes the regular inbox, and then the inbox because of `inboxChanged`.
    expect(await client.nextPacket()).toMatchObject({ cmd: 'publish' });
    bench.listener.inboxChanged('bed-07');
    expect(await client.nextPacket()).toMatchObject({ cmd: 'publish' });
  });

  it('a clean start forgets QoS 2 packet ids, so the same id is a new message', async () => {
    const first = await join(bench, 'bed-07', version, keep);
    first.send(publishPacket(2, 1, 'first'));
    expect(await first.nextPacket()).toMatchObject({ cmd: 'pubrec' });
    first.end();
    await waitForEnd();
    const again = await join(bench, 'bed-07', version, { ...keep, clean: true });
    bench.immediateOutcome = undefined;
    again.send(publishPacket(2, 1, 'another'));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    expect(bench.handedPublishes[0]?.text).toBe('another');
  });

  it('a continued session sends no old acknowledgements and no old inbox again', async () => {
    const first = await join(bench, 'bed-07', version, keep);
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] }, publishPacket(1, 2));
    for (let count = 0; count < 3; count += 1) await first.nextPacket();
    first.end();
    await waitForEnd();
    const again = await join(bench, 'bed-07', version, keep);
    again.send({ cmd: 'pingreq' });
    expect(await again.nextPacket()).toMatchObject({ cmd: 'pingresp' });
  });

  it('after the PUBACK of a QoS 1 message, a PUBLISH with the same packet id is a new message, even with DUP', async () => {
    bench.immediateOutcome = undefined;
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(1, 5, 'first'));
    await until('the first publish is handed on', () => bench.handedPublishes.length === 1);
    bench.handedPublishes[0]?.settle({ kind: 'appended' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 5 });
    client.send(publishPacket(1, 5, 'second', { dup: true }));
    await until('the second publish is handed on', () => bench.handedPublishes.length === 2);
    expect(bench.handedPublishes[1]?.text).toBe('second');
  });

  it('two client ids of one device have two sessions', async () => {
    const first = await join(bench, 'bed-07', version, { ...keep, clientId: 'bed-07/first' });
    const second = await join(bench, 'bed-07', version, { ...keep, clientId: 'bed-07/second' });
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
    expect(await first.nextPacket()).toMatchObject({ cmd: 'suback' });
    expect(await first.nextPacket()).toMatchObject({ cmd: 'publish' });
    bench.listener.inboxChanged('bed-07');
    second.send({ cmd: 'pingreq' });
    expect(await second.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    expect(await first.nextPacket()).toMatchObject({ cmd: 'publish' });
  });

  it('a second subscription to the inbox replaces the first, and UNSUBSCRIBE without a subscription is answered', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox, { ...inbox, qos: 0 }] });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'suback', granted: [0, 0] });
    expect(await client.nextPacket()).toMatchObject({
      cmd: 'publish',
      qos: 0,
      dup: false,
      retain: false,
      topic: inbox.topic,
    });
    bench.listener.inboxChanged('bed-07');
    expect(await client.nextPacket()).toMatchObject({ cmd: 'publish' });
    for (const granted of [reason.success, reason.noSubscriptionExisted]) {
      client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [inbox.topic] });
      expect(await client.nextPacket()).toMatchObject({
        cmd: 'unsuback',
        messageId: 2,
        ...(version === 5 ? { granted: [granted] } : {}),
      });
    }
  });

  it('UNSUBSCRIBE with a filter that only resembles the inbox deletes no subscription', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
    expect([await client.nextPacket(), await client.nextPacket()]).toMatchObject([
      { cmd: 'suback' },
      { cmd: 'publish' },
    ]);
    const others = ['devices/bed-07/+', 'devices/bed-07/Inbox', '/devices/bed-07/inbox', '#'];
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: others });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'unsuback' });
    bench.listener.inboxChanged('bed-07');
    expect(await client.nextPacket()).toMatchObject({ cmd: 'publish', topic: inbox.topic });
  });

  it('packets after DISCONNECT are ignored', async () => {
    const client = await join(bench, 'bed-07', version);
    const { publishes } = bench.counters;
    client.send({ cmd: 'disconnect', reasonCode: 0 }, publishPacket(1, 1), { cmd: 'pingreq' });
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
    expect(bench.counters.publishes).toBe(publishes);
  });

  it('a will is published once, and is not published for a later connection without a will', async () => {
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 2, retain: true } as const;
    const client = await join(bench, 'bed-07', version, { ...keep, will });
    client.end();
    await waitForEnd();
    const silent = await join(bench, 'bed-07', version, keep);
    silent.end();
    await waitForEnd();
    await bench.letTimePass(100_000);
    expect(bench.sinkCalls.filter((line) => line.includes('will: '))).toEqual(['bed-07 will: gone']);
  });
});

describe('MQTT 5', () => {
  it('topic aliases are not kept for the next connection', async () => {
    const alias = (topic: string) => publishPacket(1, 1, 'x', { topic, properties: { topicAlias: 16 } });
    const first = await join(bench, 'bed-07', 5, keep);
    first.send(alias('devices/bed-07/status'), alias(''));
    expect([await first.nextPacket(), await first.nextPacket()]).toMatchObject([{ cmd: 'puback' }, { cmd: 'puback' }]);
    first.end();
    await waitForEnd();
    const again = await join(bench, 'bed-07', 5, keep);
    expect(again.connack).toMatchObject({ sessionPresent: true });
    again.send(alias(''));
    expect(await again.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
  });

  it('every topic alias from 1 to Topic Alias Maximum is accepted', async () => {
    bench.immediateOutcome = undefined;
    const client = await join(bench, 'bed-07');
    for (let topicAlias = 1; topicAlias <= 16; topicAlias += 1) {
      client.send(publishPacket(0, 0, 'x', { topic: `t/${topicAlias}`, properties: { topicAlias } }));
    }
    for (let topicAlias = 1; topicAlias <= 16; topicAlias += 1) {
      client.send(publishPacket(0, 0, 'x', { topic: '', properties: { topicAlias } }));
    }
    await until('all publishes are handed on', () => bench.handedPublishes.length === 32);
    const topics = bench.handedPublishes.map(({ topic }) => topic);
    expect(topics.slice(16)).toEqual(topics.slice(0, 16));
  });

  it('the gateway sends no topic alias, even if the client accepts topic aliases', async () => {
    for (const topicAliasMaximum of [0, 10]) {
      const client = await join(bench, 'bed-07', 5, { properties: { topicAliasMaximum } });
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
      expect(await client.nextPacket()).toMatchObject({ cmd: 'suback' });
      for (let count = 0; count < 3; count += 1) {
        const message = await client.nextPacket();
        expect(message).toMatchObject({ cmd: 'publish', topic: inbox.topic });
        expect(message).not.toHaveProperty('properties.topicAlias');
        bench.listener.inboxChanged('bed-07');
      }
    }
  });

  it('the inbox is sent at QoS 0, so a Receive Maximum of 1 does not delay it', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { receiveMaximum: 1 } });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ ...inbox, qos: 2 }] });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'suback', granted: [0] });
    for (let count = 0; count < 5; count += 1) {
      expect(await client.nextPacket()).toMatchObject({ cmd: 'publish', qos: 0 });
      bench.listener.inboxChanged('bed-07');
    }
  });

  it('a take-over ends a session that must end with its connection, and continues a session that may live longer', async () => {
    await join(bench, 'bed-07', 5, { clean: false });
    const second = await join(bench, 'bed-07', 5, keep);
    expect(second.connack).toMatchObject({ sessionPresent: false });
    expect((await join(bench, 'bed-07', 5, keep)).connack).toMatchObject({ sessionPresent: true });
  });

  it('a take-over does not publish a delayed will if the session continues, and publishes it if the session ends', async () => {
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, properties: { willDelayInterval: 20 } };
    await join(bench, 'bed-07', 5, { ...keep, keepalive: 300, will: will as never });
    await join(bench, 'bed-07', 5, { ...keep, keepalive: 300, will: will as never });
    await bench.letTimePass(100_000);
    expect(bench.sinkCalls.filter((line) => line.includes('will: '))).toEqual([]);
    await join(bench, 'bed-07', 5, { ...keep, clean: true });
    expect(bench.sinkCalls.filter((line) => line.includes('will: '))).toEqual(['bed-07 will: gone']);
  });

  it('a delayed will is forgotten when the client connects again', async () => {
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, properties: { willDelayInterval: 20 } };
    (await join(bench, 'bed-07', 5, { ...keep, will: will as never })).end();
    await waitForEnd();
    (await join(bench, 'bed-07', 5, keep)).end();
    await waitForEnd();
    await bench.letTimePass(100_000);
    expect(bench.sinkCalls.filter((line) => line.includes('will: '))).toEqual([]);
  });

  it('properties for subscribers are accepted in a PUBLISH and in a will', async () => {
    bench.immediateOutcome = undefined;
    const userProperties = { a: ['1', '2'], b: '3' };
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 1,
      contentType: 'application/json',
      responseTopic: 'x/y',
      correlationData: Buffer.from([0, 255]),
      userProperties,
    };
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, retain: false, properties } as const;
    const client = await join(bench, 'bed-07', 5, { will: will as never });
    client.send(publishPacket(2, 1, 'x', { properties }));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    // The message expires after a second. The exchange goes on after the message has expired.
    await bench.letTimePass(10_000);
    bench.handedPublishes[0]?.settle({ kind: 'appended' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec' });
    client.send({ cmd: 'pubrel', messageId: 1 });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubcomp' });
    client.end();
    await until('the will', () => bench.sinkCalls.includes('bed-07 will: gone'));
  });
});
