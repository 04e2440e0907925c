/**
 * Tests that a device is limited to its rate and its share of the memory, over all its connections, and that no other
 * device waits.
 */
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { type Bench, join, openBench, publishPacket, type RawClient, until } from '../../tests/gateway/listener.ts';
import { type Limits, publishMemoryBytes } from './limits.ts';

let bench: Bench;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await bench.close();
});

const appended = { kind: 'appended' } as const;
const bytesOf = (device: string, id: number, text: string) =>
  generate(publishPacket(1, id, text, { topic: `devices/${device}/observations` }), { protocolVersion: 5 });

/** Opens a listener. If its clock stands still, no device earns an allowance while a busy machine runs the test. */
async function open(limits: Partial<Limits>, clock: 'runs' | 'stands-still' = 'runs'): Promise<void> {
  bench = await openBench(limits, '', { standsStill: clock === 'stands-still' });
}

async function connect(device: string, clientId = device): Promise<RawClient> {
  const client = await join(bench, device, 5, { clientId });
  clients.push(client);
  return client;
}

const textsOf = (device: string) =>
  bench.handedPublishes.filter(({ deviceId }) => deviceId === device).map(({ text }) => text);

describe('the rate of a device', () => {
  it('the rate limits all connections of a device together, and another device does not wait', async () => {
    await open({ deviceMessagesPerS: 10, inFlightMax: 200 }, 'stands-still');
    const flooding = [await connect('bed-07', 'bed-07/a'), await connect('bed-07', 'bed-07/b')];
    // CONNECT is not counted, so the device may send 20 packets at once.
    for (const client of flooding)
      client.sendBytes(Buffer.concat(Array.from({ length: 100 }, (_, n) => bytesOf('bed-07', n + 1, 'x'))));
    await until('both connections of bed-07 wait', () => bench.listener.paused()['device-rate'] === 2);
    const handedCount = textsOf('bed-07').length;
    expect(handedCount).toBeLessThan(100);
    const other = await connect('bed-08');
    other.sendBytes(bytesOf('bed-08', 1, 'y'));
    await until('the publish of bed-08 is handed on', () => textsOf('bed-08').length === 1);
    expect(bench.counters.pausedDeviceRate).toBeGreaterThanOrEqual(2);
  });

  it('the connections of a device above its rate take turns, lose no packet, and keep their order', async () => {
    // At most 40 packets may be sent at once, so each connection needs several turns.
    await open({ deviceMessagesPerS: 20, inFlightMax: 500 });
    const count = 200;
    const inOrder = Array.from({ length: count }, (_, n) => n);
    for (const name of ['a', 'b']) {
      const client = await connect('bed-07', `bed-07/${name}`);
      client.sendBytes(Buffer.concat(inOrder.map((n) => bytesOf('bed-07', n + 1, `${name}${n}`))));
    }
    for (let i = 0; i < 40 && bench.handedPublishes.length < 2 * count; i += 1) await bench.letTimePass(2_000);
    const texts = textsOf('bed-07');
    const numbers = (name: string) =>
      texts.filter((text) => text.startsWith(name)).map((text) => Number(text.slice(1)));
    expect(numbers('a')).toEqual(inOrder);
    expect(numbers('b')).toEqual(inOrder);
    // If the first connection finished before the second connection began, the last packet of the first connection
    // would be the 200th.
    expect(texts.lastIndexOf('a199')).toBeGreaterThan(250);
    expect(texts.lastIndexOf('b199')).toBeGreaterThan(250);
  });

  it('the rate counts packets of every type, and bytes', async () => {
    await open({ deviceBytesPerS: 1_000 });
    const client = await connect('bed-07');
    client.sendBytes(bytesOf('bed-07', 1, 'x'.repeat(5_000)));
    await until('the first publish is handed on', () => bench.handedPublishes.length === 1);
    client.send({ cmd: 'pingreq' });
    await until('bed-07 is paused by its rate', () => bench.listener.paused()['device-rate'] === 1);
    expect(await client.nextPacket()).toEqual(expect.objectContaining({ cmd: 'pingresp' }));
  });

  it('a new connection does not give the device a new allowance', async () => {
    await open({ deviceMessagesPerS: 10, inFlightMax: 200 }, 'stands-still');
    const send = (client: RawClient) =>
      client.sendBytes(Buffer.concat(Array.from({ length: 60 }, (_, n) => bytesOf('bed-07', n + 1, 'x'))));
    const first = await connect('bed-07');
    send(first);
    await until('bed-07 is paused by its rate', () => bench.counters.pausedDeviceRate > 0);
    const handedCount = bench.handedPublishes.length;
    send(await connect('bed-07'));
    await until(
      'the new connection of bed-07 is paused by its rate',
      () => bench.listener.paused()['device-rate'] === 1,
    );
    // The new connection gets only what the rate allows in this time, and no new burst of 20 packets.
    expect(bench.handedPublishes.length).toBeLessThan(handedCount + 20);
  });

  it('a device that has to wait for its rate for a long time is reported as held back', async () => {
    await open({ deviceMessagesPerS: 20, inFlightMax: 10_000 });
    bench.immediateOutcome = appended;
    const client = await connect('bed-07');
    client.sendBytes(Buffer.concat(Array.from({ length: 2_000 }, (_, n) => bytesOf('bed-07', n + 1, 'x'))));
    await until('bed-07 is paused by its rate', () => bench.counters.pausedDeviceRate > 0);
    expect(bench.sinkCalls).not.toContain('bed-07 is held back');
    for (let i = 0; i < 6; i += 1) await bench.letTimePass(2_000);
    await until('the report that bed-07 is held back', () => bench.sinkCalls.includes('bed-07 is held back'));
  });
});

describe("a device's share of the memory", () => {
  const packet = bytesOf('bed-07', 1, 'x'.repeat(1_000));
  const publishBytes = publishMemoryBytes(packet.length);

  it('a single device gets half of the memory, and another device always finds space', async () => {
    await open({ unackedBytesMax: 20 * publishBytes, inFlightMax: 100 });
    const flooding = await connect('bed-07');
    flooding.sendBytes(
      Buffer.concat(Array.from({ length: 30 }, (_, n) => bytesOf('bed-07', n + 1, 'x'.repeat(1_000)))),
    );
    await until('bed-07 is paused by its share', () => bench.listener.paused()['device-share'] === 1);
    expect(bench.handedPublishes).toHaveLength(11);
    const other = await connect('bed-08');
    other.sendBytes(Buffer.concat([bytesOf('bed-08', 1, 'y'.repeat(1_000)), bytesOf('bed-08', 2, 'y')]));
    await until('the publish of bed-08 is handed on', () => textsOf('bed-08').length === 2);
    expect(bench.counters.pausedUnacked).toBe(0);
  });

  it('a device that waits for memory continues when Kafka has some of its publishes, and loses none', async () => {
    await open({ unackedBytesMax: 20 * publishBytes, inFlightMax: 100 });
    const client = await connect('bed-07');
    client.sendBytes(
      Buffer.concat(Array.from({ length: 30 }, (_, n) => bytesOf('bed-07', n + 1, `${n} ${'x'.repeat(1_000)}`))),
    );
    const texts: string[] = [];
    await until('all publishes are handed on', () => {
      for (const { text, settle } of bench.handedPublishes.splice(0, 1)) {
        texts.push(text.split(' ')[0]!);
        settle(appended);
      }
      return texts.length === 30;
    });
    expect(texts).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
    expect(bench.listener.unackedBytes()).toBe(0);
  });

  it('a device that uses no memory may send a message of any size', async () => {
    await open({ unackedBytesMax: 100 });
    const client = await connect('bed-07');
    client.sendBytes(bytesOf('bed-07', 1, 'x'.repeat(5_000)));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
  });

  it('a device with no publish on its way to Kafka does not wait for memory, even if other devices use it all', async () => {
    const large = bytesOf('bed-07', 3, `large ${'x'.repeat(10_000)}`);
    await open({ unackedBytesMax: 2 * publishMemoryBytes(large.length), inFlightMax: 2 });
    const client = await connect('bed-07');
    client.sendBytes(Buffer.concat([bytesOf('bed-07', 1, 'a'), bytesOf('bed-07', 2, 'b'), large]));
    await until(
      'the third publish of bed-07 waits for acknowledgements of the earlier ones',
      () => bench.listener.paused()['in-flight'] === 1,
    );
    const other = await connect('bed-08');
    other.sendBytes(bytesOf('bed-08', 1, 'y'));
    await until('the publish of bed-08 is handed on', () => textsOf('bed-08').length === 1);
    for (const { deviceId, settle } of [...bench.handedPublishes]) if (deviceId === 'bed-07') settle(appended);
    await until('the third publish of bed-07 is handed on', () =>
      textsOf('bed-07').some((text) => text.startsWith('large')),
    );
  });
});
