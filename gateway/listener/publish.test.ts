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

const waitForPublishes = (count: number) =>
  until(`${count} publishes are handed on`, () => bench.handedPublishes.length >= count);
const settlePublish = (index: number) => bench.handedPublishes[index]!.settle({ kind: 'appended' });
/** Returns the packets that the listener has sent so far: those before the answer to a PINGREQ. */
async function receivedSoFar(client: RawClient): Promise<Packet[]> {
  client.send({ cmd: 'pingreq' });
  const packets: Packet[] = [];
  for (let packet = await client.nextPacket(); packet.cmd !== 'pingresp'; packet = await client.nextPacket())
    packets.push(packet);
  return packets;
}

describe.each([4, 5] as const)('MQTT %i', (version) => {
  it('a QoS 1 publish is acknowledged only when Kafka has it', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(1, 11, 'hello'));
    await waitForPublishes(1);
    expect(bench.handedPublishes[0]).toMatchObject({
      deviceId: 'bed-07',
      topic: 'devices/bed-07/observations',
      text: 'hello',
    });
    expect(await receivedSoFar(client)).toEqual([]);
    settlePublish(0);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 11 });
  });

  it('publishes are acknowledged in the order of the packets, even if Kafka answers in another order [MQTT-4.6.0-2]', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(...Array.from({ length: 50 }, (_, i) => publishPacket(i % 3 === 0 ? 2 : 1, i + 1)));
    await waitForPublishes(50);
    for (const index of Array.from({ length: 50 }, (_, i) => (i * 7 + 3) % 50)) {
      settlePublish(index);
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const acks: Packet[] = [];
    while (acks.length < 50) acks.push(await client.nextPacket());
    expect(acks.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(acks.map(({ cmd }) => cmd)).toEqual(
      Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 'pubrec' : 'puback')),
    );
  });

  it('if it is not certain that Kafka has a publish, the connection is closed without a packet, and nothing is acknowledged after it', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(1, 1), publishPacket(1, 2), publishPacket(1, 3));
    await waitForPublishes(3);
    settlePublish(2);
    bench.handedPublishes[0]!.settle({ kind: 'failed' });
    settlePublish(1);
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
  });

  it('the connection is closed if it is not certain that Kafka has a QoS 0 publish', async () => {
    const client = await join(bench, 'bed-07', version);
    client.send(publishPacket(0, 0));
    await waitForPublishes(1);
    bench.handedPublishes[0]!.settle({ kind: 'failed' });
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
  });

  it('a QoS 0 publish gets no answer, even if it is refused', async () => {
    const client = await join(bench, 'bed-07', version);
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'bad' };
    client.send(publishPacket(0, 0), publishPacket(0, 0));
    expect(await receivedSoFar(client)).toEqual([]);
  });

  it('a repeated QoS 2 publish is appended once, and its packet id can be used again after PUBCOMP', async () => {
    const client = await join(bench, 'bed-07', version);
    bench.immediateOutcome = undefined;
    client.send(publishPacket(2, 5, 'one'), publishPacket(2, 5, 'one', { dup: true }));
    await waitForPublishes(1);
    expect(await receivedSoFar(client)).toEqual([]);
    settlePublish(0);
    expect([await client.nextPacket(), await client.nextPacket()]).toMatchObject([
      { cmd: 'pubrec' },
      { cmd: 'pubrec' },
    ]);
    client.send(publishPacket(2, 5, 'one', { dup: true }));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: 5 });
    client.send({ cmd: 'pubrel', messageId: 5 });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubcomp', messageId: 5 });
    expect(bench.handedPublishes).toHaveLength(1);
    client.send(publishPacket(2, 5, 'two'));
    await waitForPublishes(2);
  });

  it('the QoS 2 state of a session is kept for the next connection', async () => {
    const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await join(bench, 'bed-07', version, keep);
    first.send(publishPacket(2, 1, 'one'), publishPacket(2, 2, 'two'));
    await waitForPublishes(2);
    settlePublish(0);
    expect(await first.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: 1 });
    first.end();
    await until('the end of the connection', () => bench.listener.connections() === 0);
    const again = await join(bench, 'bed-07', version, keep);
    expect(again.connack).toMatchObject({ sessionPresent: true });
    // The publish with id 2 is still on its way to Kafka. It must not be appended again, and not be acknowledged before
    // Kafka has it.
    again.send(publishPacket(2, 1, 'one', { dup: true }), publishPacket(2, 2, 'two', { dup: true }));
    expect(await receivedSoFar(again)).toMatchObject([{ cmd: 'pubrec', messageId: 1 }]);
    settlePublish(1);
    expect(await again.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: 2 });
    expect(bench.handedPublishes).toHaveLength(2);
  });

  it('a retained message is accepted like any other message', async () => {
    const client = await join(bench, 'bed-07', version);
    bench.immediateOutcome = { kind: 'appended' };
    client.send(publishPacket(1, 1, 'x', { retain: true }));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 1 });
  });

  it('connections are paused while the unacknowledged bytes are above the limit; no publish is lost', async () => {
    await bench.close();
    await open({ unackedBytesMax: 20_000 });
    const clients = [await join(bench, 'bed-07', version), await join(bench, 'bed-08', version)];
    for (const client of clients) {
      client.send(...Array.from({ length: 40 }, (_, i) => publishPacket(1, i + 1, 'x'.repeat(500))));
    }
    await until('the connection is paused', () => bench.counters.pausedUnacked + bench.counters.pausedDeviceShare > 0);
    const handedBeforePause = bench.handedPublishes.length;
    expect(handedBeforePause).toBeLessThan(20);
    expect(bench.listener.unackedBytes()).toBeLessThan(20_000 + 3 * 1000 + 1024);
    for (let done = 0; done < 80; done += 1) {
      await until('the next publish is handed on', () => bench.handedPublishes.length > done);
      expect(bench.handedPublishes.length - done).toBeLessThan(20);
      settlePublish(done);
    }
    for (const client of clients) {
      for (let id = 1; id <= 40; id += 1)
        expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: id });
    }
    expect(bench.listener.unackedBytes()).toBe(0);
  });
});

describe('MQTT 3.1.1', () => {
  it('MQTT 3.1.1 has no reason codes, so a refused publish is acknowledged like an accepted publish', async () => {
    const client = await join(bench, 'bed-07', 4);
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'bad' };
    client.send(publishPacket(1, 1), publishPacket(2, 2), { cmd: 'pubrel', messageId: 2 });
    expect(
      [await client.nextPacket(), await client.nextPacket(), await client.nextPacket()].map(({ cmd }) => cmd).sort(),
    ).toEqual(['puback', 'pubcomp', 'pubrec']);
  });

  it('a connection of MQTT 3.1.1 is paused at the maximum number of publishes in flight, and continues after acknowledgements', async () => {
    await bench.close();
    await open({ inFlightMax: 10 });
    const client = await join(bench, 'bed-07', 4);
    client.send(...Array.from({ length: 25 }, (_, i) => publishPacket(1, i + 1)));
    await until('the connection is paused', () => bench.counters.pausedInFlight > 0);
    expect(bench.handedPublishes).toHaveLength(10);
    for (let done = 0; done < 25; done += 1) {
      await waitForPublishes(done + 1);
      settlePublish(done);
    }
    for (let id = 1; id <= 25; id += 1)
      expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: id });
  });
});

describe('MQTT 5', () => {
  it('a refused publish gets a reason code and a reason string, and its QoS 2 packet id is free again', async () => {
    const client = await join(bench, 'bed-07');
    bench.immediateOutcome = { kind: 'refused', code: reason.notAuthorized, reasonString: 'Not yours.' };
    client.send(publishPacket(1, 1), publishPacket(2, 2), publishPacket(2, 2));
    const refusal = { reasonCode: reason.notAuthorized, properties: { reasonString: 'Not yours.' } };
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 1, ...refusal });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: 2, ...refusal });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: 2, ...refusal });
  });

  it('a publish that is accepted in part gets a reason string', async () => {
    const client = await join(bench, 'bed-07');
    bench.immediateOutcome = { kind: 'appended', reasonString: 'In part.' };
    client.send(publishPacket(1, 1));
    expect(await client.nextPacket()).toMatchObject({ reasonCode: 0, properties: { reasonString: 'In part.' } });
  });

  it.each([
    ['the client does not want it', { requestProblemInformation: false }],
    ['the packet would be larger than the client accepts', { maximumPacketSize: 60 }],
  ])('the reason string is left out if %s', async (_name, properties) => {
    const client = await join(bench, 'bed-07', 5, { properties });
    const reasonString = 'x'.repeat(60);
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString };
    client.send(publishPacket(1, 1));
    const ack = await client.nextPacket();
    expect(ack).toMatchObject({ cmd: 'puback', reasonCode: reason.payloadFormatInvalid });
    expect(ack).not.toHaveProperty('properties');
  });

  it('a connection above Receive Maximum is paused while its publishes wait for Kafka', async () => {
    await bench.close();
    await open({ inFlightMax: 3 });
    const client = await join(bench, 'bed-07');
    client.send(publishPacket(1, 1), publishPacket(2, 2), publishPacket(1, 3), { cmd: 'pingreq' });
    // At Receive Maximum, packets other than PUBLISH are still answered [MQTT-4.9.0-3].
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    expect(bench.counters.pausedInFlight).toBe(0);
    client.send(publishPacket(1, 4, 'four'), publishPacket(1, 5));
    await until('the connection is paused', () => bench.counters.pausedInFlight > 0);
    expect(bench.handedPublishes).toHaveLength(3);
    settlePublish(0);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 1 });
    await waitForPublishes(4);
    expect(bench.handedPublishes[3]?.text).toBe('four');
    settlePublish(2);
    settlePublish(1);
    expect([await client.nextPacket(), await client.nextPacket()]).toMatchObject([{ messageId: 2 }, { messageId: 3 }]);
    await waitForPublishes(5);
  });

  it('a connection ends if it has more open QoS 2 messages than Receive Maximum; each PUBCOMP lowers the number', async () => {
    await bench.close();
    await open({ inFlightMax: 3 });
    const client = await join(bench, 'bed-07');
    bench.immediateOutcome = { kind: 'appended' };
    client.send(publishPacket(2, 1), publishPacket(2, 2), publishPacket(2, 3));
    for (let id = 1; id <= 3; id += 1)
      expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: id });
    client.send({ cmd: 'pubrel', messageId: 2 }, publishPacket(2, 4));
    expect([await client.nextPacket(), await client.nextPacket()].map(({ cmd }) => cmd).sort()).toEqual([
      'pubcomp',
      'pubrec',
    ]);
    client.send(publishPacket(1, 5));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.receiveMaximumExceeded });
    await client.closed;
    expect(bench.counters.publishes).toBe(5);
  });

  it('a connection ends if it sends more QoS 2 messages than Receive Maximum at once and releases none', async () => {
    await bench.close();
    await open({ inFlightMax: 3 });
    const client = await join(bench, 'bed-07');
    client.send(...[1, 2, 3, 4].map((id) => publishPacket(2, id)));
    await waitForPublishes(3);
    for (let index = 0; index < 3; index += 1) settlePublish(index);
    for (let id = 1; id <= 3; id += 1)
      expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: id });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.receiveMaximumExceeded });
  });

  it('PUBREL of an unknown packet id is answered, and PUBREL before PUBREC ends the connection', async () => {
    const client = await join(bench, 'bed-07');
    client.send({ cmd: 'pubrel', messageId: 9 });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubcomp', reasonCode: reason.packetIdentifierNotFound });
    client.send(publishPacket(2, 1), { cmd: 'pubrel', messageId: 1 });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
  });

  it('a topic alias means the last topic that was sent with this alias', async () => {
    const client = await join(bench, 'bed-07');
    const alias = (topic: string, topicAlias: number) =>
      publishPacket(1, 1, 'x', { topic, properties: { topicAlias } });
    client.send(alias('devices/bed-07/status', 1), alias('', 1), alias('devices/bed-07/waveforms', 1), alias('', 1));
    await waitForPublishes(4);
    expect(bench.handedPublishes.map(({ topic }) => topic.split('/')[2])).toEqual([
      'status',
      'status',
      'waveforms',
      'waveforms',
    ]);
  });

  it.each([
    ['a topic alias of 0', { topicAlias: 0 }, 'x', reason.topicAliasInvalid],
    ['a topic alias above the maximum', { topicAlias: 17 }, 'x', reason.topicAliasInvalid],
    ['an unknown topic alias', { topicAlias: 3 }, '', reason.protocolError],
    ['a PUBLISH with neither a topic nor an alias', {}, '', reason.protocolError],
    ['a topic with a wildcard', {}, 'devices/+/status', reason.topicNameInvalid],
    ['a long topic with an alias', { topicAlias: 1 }, `devices/${'x'.repeat(300)}`, reason.quotaExceeded],
  ])('the listener ends the connection for %s', async (_name, properties, topic, code) => {
    const client = await join(bench, 'bed-07');
    client.send(publishPacket(1, 1, 'x', { topic, properties }));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: code });
    await client.closed;
    expect(bench.handedPublishes).toEqual([]);
  });

  it('a packet of the maximum size is accepted, and a larger packet is refused by its header', async () => {
    await bench.close();
    await open({ packetBytesMax: 1000 });
    const client = await join(bench, 'bed-07');
    // The other fields have 35 bytes: fixed header 3, topic 2 + 27, packet id 2, properties 1.
    client.send(publishPacket(1, 1, 'x'.repeat(1000 - 35)));
    await waitForPublishes(1);
    client.sendBytes(Buffer.from([0x32, 0xe6, 0x07]));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.packetTooLarge });
    expect(bench.counters.packetsTooLarge).toBe(1);
  });

  it('a packet that comes in single bytes is accepted', async () => {
    const client = await join(bench, 'bed-07');
    const bytes = generate(publishPacket(1, 1, 'x'.repeat(300)), { protocolVersion: 5 });
    for (const byte of bytes) client.sendBytes(Buffer.from([byte]));
    await waitForPublishes(1);
    expect(bench.handedPublishes[0]?.text).toBe('x'.repeat(300));
  });

  it('a connection is paused if its client does not read the answers, and continues when the client reads', async () => {
    await bench.close();
    await open({ outgoingBytesMax: 100_000, inFlightMax: 1000 });
    const client = await join(bench, 'bed-07');
    client.socket.pause();
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'x'.repeat(60_000) };
    client.send(...Array.from({ length: 1000 }, (_, i) => publishPacket(1, i + 1)));
    await until('the connection is paused', () => bench.counters.pausedOutgoing > 0);
    expect(bench.counters.publishes).toBeLessThan(1000);
    client.socket.resume();
    for (let id = 1; id <= 1000; id += 1)
      expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: id });
  });
});
