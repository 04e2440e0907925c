/** Sessions: what a client that comes back finds, what it does not, and that no connection leaves anything to the next. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, join, openBench, publishPacket, until } from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  bench.atOnce = { kind: 'appended' };
});
afterEach(() => bench.close());

const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
const inbox = { topic: 'devices/bed-07/inbox', qos: 1 } as const;
const gone = () => until('the end', () => bench.listener.connections() === 0);

describe.each([4, 5] as const)('MQTT %i', (version) => {
  it('says whether a session was there: none, kept, and none after a clean start', async () => {
    const present: unknown[] = [];
    for (const clean of [false, false, true, false]) {
      const client = await join(bench, 'bed-07', version, { ...keep, clean });
      present.push((client.connack as { sessionPresent?: boolean }).sessionPresent);
      client.end();
      await gone();
    }
    // In 3.1.1 a clean session ends with its connection; in 5 only its start is clean.
    expect(present).toEqual([false, true, false, version === 5]);
  });

  it('keeps a session while its connection lives, however short its expiry', async () => {
    const client = await join(bench, 'bed-07', version, { keepalive: 300, clean: false });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
    expect(await client.next()).toMatchObject({ cmd: 'suback' });
    expect(await client.next()).toMatchObject({ cmd: 'publish' });
    await bench.pass(200_000);
    // The regular inbox, and the one that is asked for now.
    expect(await client.next()).toMatchObject({ cmd: 'publish' });
    bench.listener.inboxChanged('bed-07');
    expect(await client.next()).toMatchObject({ cmd: 'publish' });
  });

  it('forgets QoS 2 packet ids with a clean start: the same id is a new message', async () => {
    const first = await join(bench, 'bed-07', version, keep);
    first.send(publishPacket(2, 1, 'one'));
    expect(await first.next()).toMatchObject({ cmd: 'pubrec' });
    first.end();
    await gone();
    const again = await join(bench, 'bed-07', version, { ...keep, clean: true });
    bench.atOnce = undefined;
    again.send(publishPacket(2, 1, 'another'));
    await until('it', () => bench.handed.length === 1);
    expect(bench.handed[0]?.text).toBe('another');
  });

  it('does not send again what was acknowledged, and resends nothing of its own', async () => {
    const first = await join(bench, 'bed-07', version, keep);
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] }, publishPacket(1, 2));
    for (let count = 0; count < 3; count += 1) await first.next();
    first.end();
    await gone();
    const again = await join(bench, 'bed-07', version, keep);
    again.send({ cmd: 'pingreq' });
    expect(await again.next()).toMatchObject({ cmd: 'pingresp' });
  });

  it('takes a packet id that was acknowledged as a new message, whatever DUP says', async () => {
    bench.atOnce = undefined;
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(1, 5, 'one'));
    await until('the first', () => bench.handed.length === 1);
    bench.handed[0]?.settle({ kind: 'appended' });
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 5 });
    client.send(publishPacket(1, 5, 'two', { dup: true }));
    await until('the second', () => bench.handed.length === 2);
    expect(bench.handed[1]?.text).toBe('two');
  });

  it('is one session by client id, not by device', async () => {
    const one = await join(bench, 'bed-07', version, { ...keep, clientId: 'bed-07/one' });
    const two = await join(bench, 'bed-07', version, { ...keep, clientId: 'bed-07/two' });
    one.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
    expect(await one.next()).toMatchObject({ cmd: 'suback' });
    expect(await one.next()).toMatchObject({ cmd: 'publish' });
    bench.listener.inboxChanged('bed-07');
    two.send({ cmd: 'pingreq' });
    expect(await two.next()).toMatchObject({ cmd: 'pingresp' });
    expect(await one.next()).toMatchObject({ cmd: 'publish' });
  });

  it('replaces a subscription by its like, and answers UNSUBSCRIBE of none', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox, { ...inbox, qos: 0 }] });
    expect(await client.next()).toMatchObject({ cmd: 'suback', granted: [0, 0] });
    expect(await client.next()).toMatchObject({
      cmd: 'publish',
      qos: 0,
      dup: false,
      retain: false,
      topic: inbox.topic,
    });
    bench.listener.inboxChanged('bed-07');
    expect(await client.next()).toMatchObject({ cmd: 'publish' });
    for (const granted of [reason.success, reason.noSubscriptionExisted]) {
      client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [inbox.topic] });
      expect(await client.next()).toMatchObject({
        cmd: 'unsuback',
        messageId: 2,
        ...(version === 5 ? { granted: [granted] } : {}),
      });
    }
  });

  it('deletes no subscription by a filter that only looks like it', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
    expect([await client.next(), await client.next()]).toMatchObject([{ cmd: 'suback' }, { cmd: 'publish' }]);
    const others = ['devices/bed-07/+', 'devices/bed-07/Inbox', '/devices/bed-07/inbox', '#'];
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: others });
    expect(await client.next()).toMatchObject({ cmd: 'unsuback' });
    bench.listener.inboxChanged('bed-07');
    expect(await client.next()).toMatchObject({ cmd: 'publish', topic: inbox.topic });
  });

  it('looks at nothing that follows DISCONNECT', async () => {
    const client = await join(bench, 'bed-07', version);
    const { publishes } = bench.counters;
    client.send({ cmd: 'disconnect', reasonCode: 0 }, publishPacket(1, 1), { cmd: 'pingreq' });
    await client.closed;
    expect(client.rest()).toEqual([]);
    expect(bench.counters.publishes).toBe(publishes);
  });

  it('publishes a will once, and none where CONNECT had none', async () => {
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 2, retain: true } as const;
    const client = await join(bench, 'bed-07', version, { ...keep, will });
    client.end();
    await gone();
    const silent = await join(bench, 'bed-07', version, keep);
    silent.end();
    await gone();
    await bench.pass(100_000);
    expect(bench.said.filter((line) => line.includes('will: '))).toEqual(['bed-07 will: gone']);
  });
});

describe('MQTT 5', () => {
  it('carries no topic alias to the next connection', async () => {
    const alias = (topic: string) => publishPacket(1, 1, 'x', { topic, properties: { topicAlias: 16 } });
    const first = await join(bench, 'bed-07', 5, keep);
    first.send(alias('devices/bed-07/status'), alias(''));
    expect([await first.next(), await first.next()]).toMatchObject([{ cmd: 'puback' }, { cmd: 'puback' }]);
    first.end();
    await gone();
    const again = await join(bench, 'bed-07', 5, keep);
    expect(again.connack).toMatchObject({ sessionPresent: true });
    again.send(alias(''));
    expect(await again.next()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
  });

  it('takes every alias from 1 to Topic Alias Maximum', async () => {
    bench.atOnce = undefined;
    const client = await join(bench, 'bed-07');
    for (let topicAlias = 1; topicAlias <= 16; topicAlias += 1) {
      client.send(publishPacket(0, 0, 'x', { topic: `t/${topicAlias}`, properties: { topicAlias } }));
    }
    for (let topicAlias = 1; topicAlias <= 16; topicAlias += 1) {
      client.send(publishPacket(0, 0, 'x', { topic: '', properties: { topicAlias } }));
    }
    await until('all', () => bench.handed.length === 32);
    const topics = bench.handed.map(({ topic }) => topic);
    expect(topics.slice(16)).toEqual(topics.slice(0, 16));
  });

  it('sends no topic alias, whatever the client would take', async () => {
    for (const topicAliasMaximum of [0, 10]) {
      const client = await join(bench, 'bed-07', 5, { properties: { topicAliasMaximum } });
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [inbox] });
      expect(await client.next()).toMatchObject({ cmd: 'suback' });
      for (let count = 0; count < 3; count += 1) {
        const message = await client.next();
        expect(message).toMatchObject({ cmd: 'publish', topic: inbox.topic });
        expect(message).not.toHaveProperty('properties.topicAlias');
        bench.listener.inboxChanged('bed-07');
      }
    }
  });

  it('sends nothing above QoS 0: Receive Maximum of 1 holds back no inbox', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { receiveMaximum: 1 } });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ ...inbox, qos: 2 }] });
    expect(await client.next()).toMatchObject({ cmd: 'suback', granted: [0] });
    for (let count = 0; count < 5; count += 1) {
      expect(await client.next()).toMatchObject({ cmd: 'publish', qos: 0 });
      bench.listener.inboxChanged('bed-07');
    }
  });

  it('ends a session that is taken over without expiry, and keeps one with it', async () => {
    await join(bench, 'bed-07', 5, { clean: false });
    const second = await join(bench, 'bed-07', 5, keep);
    expect(second.connack).toMatchObject({ sessionPresent: false });
    expect((await join(bench, 'bed-07', 5, keep)).connack).toMatchObject({ sessionPresent: true });
  });

  it('publishes no delayed will where the session is taken over, and one where it ends with that', async () => {
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, properties: { willDelayInterval: 20 } };
    await join(bench, 'bed-07', 5, { ...keep, keepalive: 300, will: will as never });
    await join(bench, 'bed-07', 5, { ...keep, keepalive: 300, will: will as never });
    await bench.pass(100_000);
    expect(bench.said.filter((line) => line.includes('will: '))).toEqual([]);
    await join(bench, 'bed-07', 5, { ...keep, clean: true });
    expect(bench.said.filter((line) => line.includes('will: '))).toEqual(['bed-07 will: gone']);
  });

  it('forgets a delayed will when the client comes back: the next end has none', async () => {
    const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, properties: { willDelayInterval: 20 } };
    (await join(bench, 'bed-07', 5, { ...keep, will: will as never })).end();
    await gone();
    (await join(bench, 'bed-07', 5, keep)).end();
    await gone();
    await bench.pass(100_000);
    expect(bench.said.filter((line) => line.includes('will: '))).toEqual([]);
  });

  it('takes the properties of a message and of a will that are for subscribers', async () => {
    bench.atOnce = undefined;
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
    await until('it', () => bench.handed.length === 1);
    // It expires after a second; the exchange goes on all the same.
    await bench.pass(10_000);
    bench.handed[0]?.settle({ kind: 'appended' });
    expect(await client.next()).toMatchObject({ cmd: 'pubrec' });
    client.send({ cmd: 'pubrel', messageId: 1 });
    expect(await client.next()).toMatchObject({ cmd: 'pubcomp' });
    client.end();
    await until('the will', () => bench.said.includes('bed-07 will: gone'));
  });
});
