import { generate, type Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, join, openBench, publishPacket, type RawClient, until } from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';
import type { Limits } from './limits.ts';

let bench: Bench;
const open = async (limits: Partial<Limits> = {}) => {
  bench = await openBench(limits);
};
beforeEach(() => open());
afterEach(() => bench.close());

const handed = (count: number) => until(`${count} publishes`, () => bench.handed.length >= count);
const settle = (index: number) => bench.handed[index]!.settle({ kind: 'appended' });
/** What came before the answer to a PINGREQ: everything that the server had to say by then. */
async function saidByNow(client: RawClient): Promise<Packet[]> {
  client.send({ cmd: 'pingreq' });
  const said: Packet[] = [];
  for (let packet = await client.next(); packet.cmd !== 'pingresp'; packet = await client.next()) said.push(packet);
  return said;
}

describe.each([4, 5] as const)('MQTT %i', (version) => {
  it('acknowledges QoS 1 only when it is settled', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(1, 11, 'hello'));
    await handed(1);
    expect(bench.handed[0]).toMatchObject({ deviceId: 'bed-07', topic: 'devices/bed-07/observations', text: 'hello' });
    expect(await saidByNow(client)).toEqual([]);
    settle(0);
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 11 });
  });

  it('acknowledges in the order of the packets, whatever order Kafka answers in [MQTT-4.6.0-2]', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(...Array.from({ length: 50 }, (_, i) => publishPacket(i % 3 === 0 ? 2 : 1, i + 1)));
    await handed(50);
    for (const index of Array.from({ length: 50 }, (_, i) => (i * 7 + 3) % 50)) {
      settle(index);
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const acks: Packet[] = [];
    while (acks.length < 50) acks.push(await client.next());
    expect(acks.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(acks.map(({ cmd }) => cmd)).toEqual(
      Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 'pubrec' : 'puback')),
    );
  });

  it('closes without a word where Kafka did not take it, and acknowledges nothing after', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(1, 1), publishPacket(1, 2), publishPacket(1, 3));
    await handed(3);
    settle(2);
    bench.handed[0]!.settle({ kind: 'failed' });
    settle(1);
    await client.closed;
    expect(client.rest()).toEqual([]);
  });

  it('closes also for QoS 0 that Kafka did not take', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(0, 0));
    await handed(1);
    bench.handed[0]!.settle({ kind: 'failed' });
    await client.closed;
    expect(client.rest()).toEqual([]);
  });

  it('says nothing to QoS 0, also to bad input', async () => {
    const client = await join(bench, 'bed-07', version);
    bench.atOnce = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'bad' };
    client.send(publishPacket(0, 0), publishPacket(0, 0));
    expect(await saidByNow(client)).toEqual([]);
  });

  it('takes QoS 2 once: PUBREC, PUBREL, PUBCOMP, and the id again', async () => {
    const client = await join(bench, 'bed-07', version);
    bench.atOnce = undefined;
    client.send(publishPacket(2, 5, 'one'), publishPacket(2, 5, 'one', { dup: true }));
    await handed(1);
    expect(await saidByNow(client)).toEqual([]);
    settle(0);
    expect([await client.next(), await client.next()]).toMatchObject([{ cmd: 'pubrec' }, { cmd: 'pubrec' }]);
    client.send(publishPacket(2, 5, 'one', { dup: true }));
    expect(await client.next()).toMatchObject({ cmd: 'pubrec', messageId: 5 });
    client.send({ cmd: 'pubrel', messageId: 5 });
    expect(await client.next()).toMatchObject({ cmd: 'pubcomp', messageId: 5 });
    expect(bench.handed).toHaveLength(1);
    client.send(publishPacket(2, 5, 'two'));
    await handed(2);
  });

  it('keeps QoS 2 state for a session that comes back', async () => {
    const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await join(bench, 'bed-07', version, keep);
    first.send(publishPacket(2, 1, 'one'), publishPacket(2, 2, 'two'));
    await handed(2);
    settle(0);
    expect(await first.next()).toMatchObject({ cmd: 'pubrec', messageId: 1 });
    first.end();
    await until('the end', () => bench.listener.connections() === 0);
    const again = await join(bench, 'bed-07', version, keep);
    expect(again.connack).toMatchObject({ sessionPresent: true });
    // 2 is still on its way from the connection before: it is not appended again, and not acknowledged before.
    again.send(publishPacket(2, 1, 'one', { dup: true }), publishPacket(2, 2, 'two', { dup: true }));
    expect(await saidByNow(again)).toMatchObject([{ cmd: 'pubrec', messageId: 1 }]);
    settle(1);
    expect(await again.next()).toMatchObject({ cmd: 'pubrec', messageId: 2 });
    expect(bench.handed).toHaveLength(2);
  });

  it('accepts a retained message as any other', async () => {
    const client = await join(bench, 'bed-07', version);
    bench.atOnce = { kind: 'appended' };
    client.send(publishPacket(1, 1, 'x', { retain: true }));
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 1 });
  });

  it('pauses while all unacknowledged bytes are more than the limit, and loses nothing', async () => {
    await bench.close();
    await open({ unackedBytesMax: 20_000 });
    const clients = [await join(bench, 'bed-07', version), await join(bench, 'bed-08', version)];
    for (const client of clients) {
      client.send(...Array.from({ length: 40 }, (_, i) => publishPacket(1, i + 1, 'x'.repeat(500))));
    }
    await until('a pause', () => bench.counters.pausedUnacked + bench.counters.pausedDeviceShare > 0);
    const most = bench.handed.length;
    expect(most).toBeLessThan(20);
    expect(bench.listener.unackedBytes()).toBeLessThan(20_000 + 3 * 1000 + 1024);
    for (let done = 0; done < 80; done += 1) {
      await until('the next', () => bench.handed.length > done);
      expect(bench.handed.length - done).toBeLessThan(20);
      settle(done);
    }
    for (const client of clients) {
      for (let id = 1; id <= 40; id += 1) expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: id });
    }
    expect(bench.listener.unackedBytes()).toBe(0);
  });
});

describe('MQTT 3.1.1', () => {
  it('has no codes: bad input is acknowledged as any other', async () => {
    const client = await join(bench, 'bed-07', 4);
    bench.atOnce = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'bad' };
    client.send(publishPacket(1, 1), publishPacket(2, 2), { cmd: 'pubrel', messageId: 2 });
    expect([await client.next(), await client.next(), await client.next()].map(({ cmd }) => cmd).sort()).toEqual([
      'puback',
      'pubcomp',
      'pubrec',
    ]);
  });

  it('is paused at the greatest number in flight, and goes on', async () => {
    await bench.close();
    await open({ inFlightMax: 10 });
    const client = await join(bench, 'bed-07', 4);
    client.send(...Array.from({ length: 25 }, (_, i) => publishPacket(1, i + 1)));
    await until('a pause', () => bench.counters.pausedInFlight > 0);
    expect(bench.handed).toHaveLength(10);
    for (let done = 0; done < 25; done += 1) {
      await handed(done + 1);
      settle(done);
    }
    for (let id = 1; id <= 25; id += 1) expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: id });
  });
});

describe('MQTT 5', () => {
  it('tells why bad input is bad, and frees the id of QoS 2', async () => {
    const client = await join(bench, 'bed-07');
    bench.atOnce = { kind: 'refused', code: reason.notAuthorized, reasonString: 'Not yours.' };
    client.send(publishPacket(1, 1), publishPacket(2, 2), publishPacket(2, 2));
    const said = { reasonCode: reason.notAuthorized, properties: { reasonString: 'Not yours.' } };
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 1, ...said });
    expect(await client.next()).toMatchObject({ cmd: 'pubrec', messageId: 2, ...said });
    expect(await client.next()).toMatchObject({ cmd: 'pubrec', messageId: 2, ...said });
  });

  it('tells what was wrong with a part of what it took', async () => {
    const client = await join(bench, 'bed-07');
    bench.atOnce = { kind: 'appended', reasonString: 'In part.' };
    client.send(publishPacket(1, 1));
    expect(await client.next()).toMatchObject({ reasonCode: 0, properties: { reasonString: 'In part.' } });
  });

  it.each([
    ['it was not asked for', { requestProblemInformation: false }],
    ['it does not fit', { maximumPacketSize: 60 }],
  ])('leaves the reason string out where %s', async (_name, properties) => {
    const client = await join(bench, 'bed-07', 5, { properties });
    const reasonString = 'x'.repeat(60);
    bench.atOnce = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString };
    client.send(publishPacket(1, 1));
    const ack = await client.next();
    expect(ack).toMatchObject({ cmd: 'puback', reasonCode: reason.payloadFormatInvalid });
    expect(ack).not.toHaveProperty('properties');
  });

  it('pauses what is past Receive Maximum while it waits for Kafka: a library may not heed it', async () => {
    await bench.close();
    await open({ inFlightMax: 3 });
    const client = await join(bench, 'bed-07');
    client.send(publishPacket(1, 1), publishPacket(2, 2), publishPacket(1, 3), { cmd: 'pingreq' });
    // At the limit, not past it: other packets are answered [MQTT-4.9.0-3].
    expect(await client.next()).toMatchObject({ cmd: 'pingresp' });
    expect(bench.counters.pausedInFlight).toBe(0);
    client.send(publishPacket(1, 4, 'four'), publishPacket(1, 5));
    await until('a pause', () => bench.counters.pausedInFlight > 0);
    expect(bench.handed).toHaveLength(3);
    settle(0);
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 1 });
    await handed(4);
    expect(bench.handed[3]?.text).toBe('four');
    settle(2);
    settle(1);
    expect([await client.next(), await client.next()]).toMatchObject([{ messageId: 2 }, { messageId: 3 }]);
    await handed(5);
  });

  it('ends a connection that holds more QoS 2 messages open than Receive Maximum; PUBCOMP gives back', async () => {
    await bench.close();
    await open({ inFlightMax: 3 });
    const client = await join(bench, 'bed-07');
    bench.atOnce = { kind: 'appended' };
    client.send(publishPacket(2, 1), publishPacket(2, 2), publishPacket(2, 3));
    for (let id = 1; id <= 3; id += 1) expect(await client.next()).toMatchObject({ cmd: 'pubrec', messageId: id });
    client.send({ cmd: 'pubrel', messageId: 2 }, publishPacket(2, 4));
    expect([await client.next(), await client.next()].map(({ cmd }) => cmd).sort()).toEqual(['pubcomp', 'pubrec']);
    client.send(publishPacket(1, 5));
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.receiveMaximumExceeded });
    await client.closed;
    expect(bench.counters.publishes).toBe(5);
  });

  it('ends a connection that sends more than Receive Maximum of QoS 2 at once and releases none', async () => {
    await bench.close();
    await open({ inFlightMax: 3 });
    const client = await join(bench, 'bed-07');
    client.send(...[1, 2, 3, 4].map((id) => publishPacket(2, id)));
    await handed(3);
    for (let index = 0; index < 3; index += 1) settle(index);
    for (let id = 1; id <= 3; id += 1) expect(await client.next()).toMatchObject({ cmd: 'pubrec', messageId: id });
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.receiveMaximumExceeded });
  });

  it('answers PUBREL of an unknown id, and ends what releases too early', async () => {
    const client = await join(bench, 'bed-07');
    client.send({ cmd: 'pubrel', messageId: 9 });
    expect(await client.next()).toMatchObject({ cmd: 'pubcomp', reasonCode: reason.packetIdentifierNotFound });
    client.send(publishPacket(2, 1), { cmd: 'pubrel', messageId: 1 });
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
  });

  it('resolves topic aliases, and lets them be changed', async () => {
    const client = await join(bench, 'bed-07');
    const alias = (topic: string, topicAlias: number) =>
      publishPacket(1, 1, 'x', { topic, properties: { topicAlias } });
    client.send(alias('devices/bed-07/status', 1), alias('', 1), alias('devices/bed-07/waveforms', 1), alias('', 1));
    await handed(4);
    expect(bench.handed.map(({ topic }) => topic.split('/')[2])).toEqual([
      'status',
      'status',
      'waveforms',
      'waveforms',
    ]);
  });

  it.each([
    ['a topic alias of 0', { topicAlias: 0 }, 'x', reason.topicAliasInvalid],
    ['a topic alias above the maximum', { topicAlias: 17 }, 'x', reason.topicAliasInvalid],
    ['an alias that has no topic', { topicAlias: 3 }, '', reason.protocolError],
    ['neither topic nor alias', {}, '', reason.protocolError],
    ['a wildcard', {}, 'devices/+/status', reason.topicNameInvalid],
    [
      'a long topic that it would keep for an alias',
      { topicAlias: 1 },
      `devices/${'x'.repeat(300)}`,
      reason.quotaExceeded,
    ],
  ])('ends the connection for %s', async (_name, properties, topic, code) => {
    const client = await join(bench, 'bed-07');
    client.send(publishPacket(1, 1, 'x', { topic, properties }));
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: code });
    await client.closed;
    expect(bench.handed).toEqual([]);
  });

  it('takes a packet of the greatest size and refuses a larger one by its header', async () => {
    await bench.close();
    await open({ packetBytesMax: 1000 });
    const client = await join(bench, 'bed-07');
    // Fixed header 3, topic 2 + 27, id 2, properties 1.
    client.send(publishPacket(1, 1, 'x'.repeat(1000 - 35)));
    await handed(1);
    client.sendBytes(Buffer.from([0x32, 0xe6, 0x07]));
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.packetTooLarge });
    expect(bench.counters.packetsTooLarge).toBe(1);
  });

  it('takes a packet that comes in single bytes', async () => {
    const client = await join(bench, 'bed-07');
    const bytes = generate(publishPacket(1, 1, 'x'.repeat(300)), { protocolVersion: 5 });
    for (const byte of bytes) client.sendBytes(Buffer.from([byte]));
    await handed(1);
    expect(bench.handed[0]?.text).toBe('x'.repeat(300));
  });

  it('is paused where it does not read what it is sent, and goes on when it does', async () => {
    await bench.close();
    await open({ outgoingBytesMax: 100_000, inFlightMax: 1000 });
    const client = await join(bench, 'bed-07');
    client.socket.pause();
    bench.atOnce = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'x'.repeat(60_000) };
    client.send(...Array.from({ length: 1000 }, (_, i) => publishPacket(1, i + 1)));
    await until('a pause', () => bench.counters.pausedOutgoing > 0);
    expect(bench.counters.publishes).toBeLessThan(1000);
    client.socket.resume();
    for (let id = 1; id <= 1000; id += 1) expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: id });
  });
});
