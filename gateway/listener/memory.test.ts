/** Tests the memory limits of connections and of QoS 0, and that paused connections end. */
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { type Bench, join, openBench, publishPacket, type RawClient, until } from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';
import { type Limits, publishMemoryBytes } from './limits.ts';

let bench: Bench;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await bench.close();
});

async function open(limits: Partial<Limits>, ...names: string[]): Promise<RawClient[]> {
  bench = await openBench(limits);
  for (const name of names) clients.push(await join(bench, name));
  return clients;
}

const bytesOf = (...args: Parameters<typeof publishPacket>) => generate(publishPacket(...args), { protocolVersion: 5 });
const appended = { kind: 'appended' } as const;
const topicOfOtherDevice = { topic: 'devices/bed-08/observations' };

describe('incomplete packets', () => {
  it('the bytes of an incomplete packet are counted until the packet is complete or the connection ends', async () => {
    const [client] = await open({}, 'bed-07');
    const packet = bytesOf(1, 1, 'x'.repeat(50_000));
    client!.sendBytes(packet.subarray(0, 40_000));
    await until('the incomplete packet is counted', () => bench.listener.partialBytes() >= 40_000);
    expect(bench.listener.partialBytes()).toBeLessThanOrEqual(80_000);
    client!.sendBytes(packet.subarray(40_000));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    await until('no bytes of the packet are counted', () => bench.listener.partialBytes() === 0);
    client!.sendBytes(packet.subarray(0, 100));
    await until('the second packet is counted', () => bench.listener.partialBytes() > 0);
    client!.end();
    await until('no bytes of the closed connection are counted', () => bench.listener.partialBytes() === 0);
  });

  it('the connection with the largest incomplete packet ends if all incomplete packets together are above the limit', async () => {
    const [small, large, last] = await open({ partialBytesMax: 180_000 }, 'bed-07', 'bed-08', 'bed-09');
    const packet = bytesOf(1, 1, 'x'.repeat(50_000));
    small!.sendBytes(packet.subarray(0, 10_000));
    await until('the small packet is counted', () => bench.listener.partialBytes() >= 10_000);
    large!.sendBytes(bytesOf(1, 1, 'y'.repeat(200_000), topicOfOtherDevice).subarray(0, 150_000));
    // The buffer of a growing packet may be twice as large as its bytes, so this packet alone may reach the limit.
    const isCountedOrEnded = () => bench.listener.partialBytes() >= 160_000 || bench.counters.partialsEnded === 1;
    await until('the large packet is counted', isCountedOrEnded);
    last!.sendBytes(packet.subarray(0, 40_000));
    expect(await large!.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.quotaExceeded });
    await large!.closed;
    expect(bench.counters.partialsEnded).toBe(1);
    small!.sendBytes(packet.subarray(10_000));
    await until('the small packet is handed on', () => bench.handedPublishes.length === 1);
    expect(bench.listener.connections()).toBe(2);
  });
});

describe('a publish above Receive Maximum', () => {
  it('the memory of a publish is counted while the publish waits for acknowledgements', async () => {
    const [client] = await open({ inFlightMax: 1 }, 'bed-07');
    const first = bytesOf(1, 1, 'a');
    const second = bytesOf(1, 2, 'b'.repeat(10_000));
    client!.sendBytes(Buffer.concat([first, second]));
    const bothBytes = publishMemoryBytes(first.length) + publishMemoryBytes(second.length);
    await until('the memory of both publishes is counted', () => bench.listener.unackedBytes() === bothBytes);
    expect(bench.handedPublishes).toHaveLength(1);
    bench.handedPublishes.shift()!.settle(appended);
    await until('the second publish is handed on', () => bench.handedPublishes.length === 1);
    expect(bench.listener.unackedBytes()).toBe(publishMemoryBytes(second.length));
    bench.handedPublishes.shift()!.settle(appended);
    expect(bench.listener.unackedBytes()).toBe(0);
  });

  it('the memory of a waiting publish is freed when its connection ends, so that the listener can shut down', async () => {
    const [endingClient, stayingClient] = await open({ inFlightMax: 1 }, 'bed-07', 'bed-08');
    const twice = (more: object) => Buffer.concat([bytesOf(1, 1, 'a', more), bytesOf(1, 2, 'b', more)]);
    endingClient!.sendBytes(twice({}));
    stayingClient!.sendBytes(twice(topicOfOtherDevice));
    await until('both connections are paused', () => bench.counters.pausedInFlight === 2);
    endingClient!.end();
    await bench.letTimePass(10_001);
    await until('the connection of bed-07 has ended', () => bench.listener.connections() === 1);
    for (const { settle } of bench.handedPublishes.splice(0)) settle(appended);
    await until('the second publish of bed-08 is handed on', () => bench.handedPublishes.length === 1);
    const closed = bench.listener.close(50_000);
    bench.handedPublishes.shift()!.settle(appended);
    await closed;
    expect(bench.listener.unackedBytes()).toBe(0);
  });
});

describe('a paused connection', () => {
  const clientEndings: [string, (client: RawClient) => void][] = [
    ['closes its connection', (client) => void client.socket.end()],
    ['destroys its connection', (client) => void client.socket.destroy()],
    [
      'closes its connection with readings still on the way',
      (client) => {
        for (let id = 2; id < 60; id += 1) client.sendBytes(bytesOf(1, id, 'z'.repeat(1_000)));
        client.socket.end();
      },
    ],
  ];
  it.each(clientEndings)(
    'the listener notices the end of a paused connection if the client %s',
    async (_name, endClient) => {
      const [client] = await open({ unackedBytesMax: 1 }, 'bed-07');
      client!.send(publishPacket(1, 1));
      await until('the publish is handed on', () => bench.handedPublishes.length === 1);
      client!.send({ cmd: 'pingreq' });
      await until('the connection is paused', () => bench.listener.paused().unacked === 1);
      endClient(client!);
      for (let i = 0; i < 20 && bench.listener.connections() > 0; i += 1) await bench.letTimePass(10_001);
      expect(bench.listener.connections()).toBe(0);
      expect(bench.sinkCalls).toContain('bed-07 ended: closed');
    },
  );

  it('a paused connection stays open, and the packets that came during the pause are handled later in order', async () => {
    const [client] = await open({ unackedBytesMax: 1 }, 'bed-07');
    client!.send(publishPacket(1, 1));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    const count = 200;
    for (let id = 2; id <= count; id += 1) client!.send(publishPacket(1, id, `${id} ${'z'.repeat(2_000)}`));
    for (let i = 0; i < 5; i += 1) await bench.letTimePass(10_001);
    expect(bench.listener.connections()).toBe(1);
    expect(bench.handedPublishes).toHaveLength(1);
    bench.immediateOutcome = appended;
    bench.handedPublishes[0]!.settle(appended);
    for (let id = 1; id <= count; id += 1)
      expect(await client!.nextPacket()).toMatchObject({ cmd: 'puback', messageId: id });
  });

  it('a paused connection ends if its client does not read for longer than its Keep Alive', async () => {
    bench = await openBench({ outgoingBytesMax: 100_000, inFlightMax: 1000 });
    const client = await join(bench, 'bed-07', 5, { keepalive: 100 });
    clients.push(client);
    client.socket.pause();
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'x'.repeat(60_000) };
    client.send(...Array.from({ length: 1000 }, (_, i) => publishPacket(1, i + 1)));
    await until('the connection is paused', () => bench.listener.paused().outgoing === 1);
    await bench.letTimePass(120_000);
    expect(bench.listener.connections()).toBe(1);
    await bench.letTimePass(31_000);
    expect(bench.listener.connections()).toBe(0);
    expect(bench.counters.outgoingTimeouts).toBe(1);
  });
});

describe('one device', () => {
  const connect = (id: string, version: 4 | 5 = 5) => join(bench, 'bed-07', version, { clientId: id });

  it('a device cannot have more connections than the limit, and other devices can still connect', async () => {
    bench = await openBench({ connectionsPerDeviceMax: 2 });
    clients.push(await connect('bed-07'), await connect('bed-07/a'));
    const refusedClient = await connect('bed-07/b');
    expect(refusedClient.connack).toMatchObject({ cmd: 'connack', reasonCode: reason.quotaExceeded });
    await refusedClient.closed;
    // MQTT 3.1.1 has no return code for this, so the connection is closed without an answer.
    await expect(connect('bed-07/c', 4)).rejects.toThrow('the connection was closed');
    expect(bench.counters.connectionsOfDeviceTooMany).toBe(2);
    clients.push(await join(bench, 'bed-08'));
    expect(bench.listener.connections()).toBe(3);
    // A connection that replaces another connection does not raise the number of connections.
    const again = await connect('bed-07/a');
    expect(again.connack).toMatchObject({ reasonCode: 0 });
    await clients[1]!.closed;
    again.end();
    await until('the connection has ended', () => bench.listener.connections() === 2);
    clients.push(await connect('bed-07/d'));
    expect(bench.listener.connections()).toBe(3);
    expect((await connect('bed-07/e')).connack).toMatchObject({ reasonCode: reason.quotaExceeded });
  });
});

describe('QoS 0', () => {
  const size = publishMemoryBytes(bytesOf(0, 0, 'a').length);

  it('QoS 0 publishes above their part of the memory are dropped, and QoS 1 publishes after them are handled', async () => {
    const [client] = await open({ qos0BytesMax: 2 * size }, 'bed-07');
    for (const letter of 'abcd') client!.send(publishPacket(0, 0, letter));
    client!.send(publishPacket(1, 1, 'e'));
    await until('the QoS 1 publish is handed on', () => bench.handedPublishes.some(({ text }) => text === 'e'));
    expect(bench.handedPublishes.map(({ text }) => text)).toEqual(['a', 'b', 'e']);
    expect(bench.counters.qos0Dropped).toBe(2);
    expect(bench.listener.qos0Bytes()).toBe(2 * size);
    expect(bench.logged.filter((line) => line.includes('a QoS 0 message was dropped'))).toHaveLength(1);
    // Now there is space for one more QoS 0 publish.
    bench.handedPublishes[0]!.settle(appended);
    for (const letter of 'fg') client!.send(publishPacket(0, 0, letter));
    await until('one more QoS 0 publish is dropped', () => bench.counters.qos0Dropped === 3);
    expect(bench.handedPublishes.map(({ text }) => text)).toEqual(['a', 'b', 'e', 'f']);
    expect(bench.listener.connections()).toBe(1);
  });

  it('a QoS 0 publish waits like other publishes while the memory of all connections is used up', async () => {
    const [client] = await open({ unackedBytesMax: 1 }, 'bed-07');
    client!.send(publishPacket(1, 1, 'a'));
    await until('the first publish is handed on', () => bench.handedPublishes.length === 1);
    client!.send(publishPacket(0, 0, 'b'));
    await until('the connection is paused', () => bench.listener.paused().unacked === 1);
    bench.handedPublishes[0]!.settle(appended);
    await until('the second publish is handed on', () => bench.handedPublishes.length === 2);
    expect(bench.counters.qos0Dropped).toBe(0);
  });

  it('a QoS 0 publish is counted if it is not certain that Kafka has it', async () => {
    const [client] = await open({}, 'bed-07');
    client!.send(publishPacket(0, 0, 'a'));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    bench.handedPublishes[0]!.settle({ kind: 'failed' });
    await client!.closed;
    expect(bench.counters).toMatchObject({ qos0Lost: 1, qos0Dropped: 0 });
    expect(bench.listener.qos0Bytes()).toBe(0);
  });
});
