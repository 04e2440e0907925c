/** Tests broker behaviour that Mosquitto does not show, with a TLS server that sends single MQTT packets. */
import { createServer, type TLSSocket } from 'node:tls';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { foreignCa, listenerOptions, until } from '../../tests/gateway/listener.ts';
import { createCounters } from '../counters.ts';
import type { Outcome } from '../listener/sink.ts';
import { createMeasures } from '../measures.ts';
import { createSource } from '../source.ts';
import { openUpstream } from './upstream.ts';

type Handed = { readonly topic: string; readonly deviceId: string; settle(outcome: Outcome): void };
type Visit = { readonly socket: TLSSocket; readonly came: Packet[]; closed: boolean };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Opens a broker that answers CONNECT and SUBSCRIBE by `rules`, and an upstream whose messages the test settles. */
async function openScene(rules: { granted?: number; sessionPresent?: boolean[]; unackedBytesMax?: number } = {}) {
  const { cert, key } = listenerOptions();
  const visits: Visit[] = [];
  const server = createServer({ cert, key }, (socket) => {
    const visit: Visit = { socket, came: [], closed: false };
    const present = rules.sessionPresent?.[visits.length] ?? visits.length > 0;
    visits.push(visit);
    const reader = parser({ protocolVersion: 5 });
    reader.on('packet', (packet) => {
      visit.came.push(packet);
      if (packet.cmd === 'connect') send(visit, { cmd: 'connack', sessionPresent: present, reasonCode: 0 });
      if (packet.cmd === 'subscribe') {
        const granted = packet.subscriptions.map(() => rules.granted ?? 1);
        send(visit, { cmd: 'suback', messageId: packet.messageId!, granted });
      }
    });
    socket.on('data', (bytes: Buffer) => void reader.parse(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      visit.closed = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const counters = createCounters();
  const handed: Handed[] = [];
  const { port } = server.address() as { port: number };
  const upstream = openUpstream({
    config: {
      url: `mqtts://127.0.0.1:${port}`,
      tls: { ca: foreignCa.certificate },
      username: undefined,
      password: undefined,
      group: '',
      clientId: 'vigil',
      connections: 1,
      inFlightMax: 100,
      sessionExpiryS: 3600,
    },
    sink: {
      ready: () => true,
      sourceOf: (deviceId) => createSource('a2V5', deviceId, 'test'),
      publish: ({ source, topic }, settle) => void handed.push({ topic, deviceId: source.deviceId, settle }),
    },
    packetBytesMax: 262_144,
    unackedBytesMax: rules.unackedBytesMax ?? 1_048_576,
    counters,
    measures: createMeasures(),
    log: pino({ level: 'silent' }),
    now: Date.now,
    monotonicMs: () => performance.now(),
  });
  closers.push(async () => {
    await upstream.close(0);
    for (const { socket } of visits) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const packetsOf = (visit: Visit | undefined, cmd: Packet['cmd']) => visit?.came.filter((p) => p.cmd === cmd) ?? [];
  return { upstream, counters, handed, visits, packetsOf };
}

function send(visit: Visit, ...packets: Packet[]): void {
  visit.socket.write(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: 5 }))));
}

const topic = 'devices/bed-07/observations';
const publish = (messageId: number, more: Partial<IPublishPacket> = {}): Packet => ({
  cmd: 'publish',
  qos: 1,
  messageId,
  topic,
  payload: 'x'.repeat(1_000),
  dup: false,
  retain: false,
  ...more,
});
const appended: Outcome = { kind: 'appended' };
const ids = (packets: readonly Packet[]) => packets.map(({ messageId }) => messageId);

describe('openUpstream', () => {
  it('asks for a session that outlives the connection, for no retained messages, and for a limited number in flight', async () => {
    const { visits, upstream } = await openScene();
    await until('the subscription', () => upstream.connected() === 1);
    expect(visits[0]?.came[0]).toMatchObject({
      cmd: 'connect',
      clientId: 'vigil-1',
      clean: false,
      properties: { sessionExpiryInterval: 3600, receiveMaximum: 100, maximumPacketSize: 262_144 },
    });
    expect(visits[0]?.came[1]).toMatchObject({
      cmd: 'subscribe',
      subscriptions: [{ qos: 1, rh: 2, rap: false }, { rh: 2 }, { rh: 2 }, { rh: 2 }],
    });
  });

  it('acknowledges messages in their order when the log has them, and refused messages with the reason', async () => {
    const { visits, handed, packetsOf, upstream } = await openScene();
    await until('the subscription', () => upstream.connected() === 1);
    send(visits[0]!, publish(1), publish(2), publish(3), publish(4));
    await until('all four, though none is acknowledged', () => handed.length === 4);
    handed[3]!.settle(appended);
    handed[1]!.settle({ kind: 'refused', code: 0x99, reasonString: 'It is no JSON.' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(packetsOf(visits[0], 'puback')).toEqual([]);
    handed[0]!.settle(appended);
    await until('two', () => packetsOf(visits[0], 'puback').length === 2);
    handed[2]!.settle(appended);
    await until('all', () => packetsOf(visits[0], 'puback').length === 4);
    expect(ids(packetsOf(visits[0], 'puback'))).toEqual([1, 2, 3, 4]);
    expect(packetsOf(visits[0], 'puback')[1]).toMatchObject({
      reasonCode: 0x99,
      properties: { reasonString: 'It is no JSON.' },
    });
  });

  it('does not acknowledge a message that failed, nor the messages after it', async () => {
    const { visits, handed, packetsOf } = await openScene();
    await until('the subscription', () => packetsOf(visits[0], 'subscribe').length === 1);
    send(visits[0]!, publish(1), publish(2), publish(3));
    await until('all three', () => handed.length === 3);
    handed[0]!.settle(appended);
    await until('the first', () => packetsOf(visits[0], 'puback').length === 1);
    handed[1]!.settle({ kind: 'failed' });
    await until('the end', () => visits[0]!.closed);
    await until('a new connection', () => packetsOf(visits[1], 'subscribe').length === 1);
    handed[2]!.settle(appended);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ids(packetsOf(visits[0], 'puback'))).toEqual([1]);
    expect(packetsOf(visits[1], 'puback')).toEqual([]);
  });

  it('does not acknowledge a message of an old connection on a new connection', async () => {
    const { visits, handed, packetsOf } = await openScene();
    await until('the subscription', () => packetsOf(visits[0], 'subscribe').length === 1);
    send(visits[0]!, publish(1));
    await until('the old one', () => handed.length === 1);
    visits[0]!.socket.destroy();
    await until('a new connection', () => packetsOf(visits[1], 'subscribe').length === 1);
    send(visits[1]!, publish(1));
    await until('the new one', () => handed.length === 2);
    handed[0]!.settle(appended);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(packetsOf(visits[1], 'puback')).toEqual([]);
    handed[1]!.settle(appended);
    await until('its acknowledgement', () => packetsOf(visits[1], 'puback').length === 1);
  });

  it('leaves out a retained message that the broker sends, and acknowledges it', async () => {
    const { visits, handed, counters, packetsOf, upstream } = await openScene();
    await until('the subscription', () => upstream.connected() === 1);
    send(visits[0]!, publish(1, { retain: true }), publish(2));
    await until('the new one', () => handed.length === 1);
    handed[0]!.settle(appended);
    await until('both acknowledged', () => packetsOf(visits[0], 'puback').length === 2);
    expect(counters.upstreamRetained).toBe(1);
  });

  it('closes the connection if the broker sends a message at QoS 2', async () => {
    const { visits, handed, packetsOf, upstream } = await openScene();
    await until('the subscription', () => upstream.connected() === 1);
    send(visits[0]!, publish(1, { qos: 2 }));
    await until('the end', () => visits[0]!.closed);
    expect(packetsOf(visits[0], 'pubrec')).toEqual([]);
    expect(handed).toEqual([]);
  });

  it.each([
    ['less than QoS 1', 0],
    ['nothing', 0x87],
  ])('connects again if the broker grants %s', async (_name, granted) => {
    const { visits, upstream } = await openScene({ granted });
    await until('a second try', () => visits.length === 2);
    expect(visits[0]!.closed).toBe(true);
    expect(upstream.connected()).toBe(0);
  });

  it('connects again if the broker sends a malformed packet', async () => {
    const { visits, upstream } = await openScene();
    await until('the subscription', () => upstream.connected() === 1);
    visits[0]!.socket.write(Buffer.from('32ffffffffff01', 'hex'));
    await until('another connection', () => visits.length === 2 && upstream.connected() === 1);
  });

  it('waits long before it connects again if another gateway took its client id', async () => {
    const { visits, upstream } = await openScene();
    await until('the subscription', () => upstream.connected() === 1);
    send(visits[0]!, { cmd: 'disconnect', reasonCode: 0x8e });
    visits[0]!.socket.end();
    await until('the end', () => visits[0]!.closed && upstream.connected() === 0);
    // After any other end, the gateway connects again within a second.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(visits.length).toBe(1);
  });

  it('counts the sessions that the broker lost', async () => {
    const { visits, counters, upstream } = await openScene({ sessionPresent: [false, true, false] });
    for (let visit = 0; visit < 3; visit += 1) {
      await until('a connection', () => visits.length === visit + 1 && upstream.connected() === 1);
      expect(counters.upstreamSessionsLost).toBe(visit === 2 ? 1 : 0);
      if (visit < 2) visits[visit]!.socket.destroy();
      await until('its end', () => visit === 2 || upstream.connected() === 0);
    }
  });

  it('pauses reading while its memory is used up, and continues when there is space', async () => {
    const { visits, handed, counters, packetsOf, upstream } = await openScene({ unackedBytesMax: 40_000 });
    await until('the subscription', () => upstream.connected() === 1);
    const count = 500;
    for (let id = 1; id <= count; id += 1) send(visits[0]!, publish(id, id % 2 ? {} : { qos: 0 }));
    await until('a pause', () => counters.upstreamPaused > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Each message counts as three times its size and a kilobyte.
    expect(handed.length).toBeLessThan(12);
    expect(upstream.unackedBytes()).toBeLessThan(45_000);
    for (let settled = 0; settled < count; settled += 1) {
      await until('one more', () => handed.length > settled);
      handed[settled]!.settle(appended);
    }
    await until('all acknowledged', () => packetsOf(visits[0], 'puback').length === count / 2);
    expect(ids(packetsOf(visits[0], 'puback'))).toEqual(Array.from({ length: count / 2 }, (_, i) => 2 * i + 1));
    expect(upstream.unackedBytes()).toBe(0);
  });
});
