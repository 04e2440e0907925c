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

type HandedMessage = { readonly topic: string; readonly deviceId: string; settle(outcome: Outcome): void };
type BrokerConnection = { readonly socket: TLSSocket; readonly received: Packet[]; closed: boolean };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/**
 * Opens a broker that answers CONNECT and SUBSCRIBE by `rules`, and an upstream. The test decides the outcome of each
 * message.
 */
async function openBroker(rules: { granted?: number; sessionPresent?: boolean[]; unackedBytesMax?: number } = {}) {
  const { cert, key } = listenerOptions();
  const connections: BrokerConnection[] = [];
  const server = createServer({ cert, key }, (socket) => {
    const connection: BrokerConnection = { socket, received: [], closed: false };
    const present = rules.sessionPresent?.[connections.length] ?? connections.length > 0;
    connections.push(connection);
    const reader = parser({ protocolVersion: 5 });
    reader.on('packet', (packet) => {
      connection.received.push(packet);
      if (packet.cmd === 'connect') send(connection, { cmd: 'connack', sessionPresent: present, reasonCode: 0 });
      if (packet.cmd === 'subscribe') {
        const granted = packet.subscriptions.map(() => rules.granted ?? 1);
        send(connection, { cmd: 'suback', messageId: packet.messageId!, granted });
      }
    });
    socket.on('data', (bytes: Buffer) => void reader.parse(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      connection.closed = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const counters = createCounters();
  const handed: HandedMessage[] = [];
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
    for (const { socket } of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const packetsOf = (connection: BrokerConnection | undefined, cmd: Packet['cmd']) =>
    connection?.received.filter((p) => p.cmd === cmd) ?? [];
  return { upstream, counters, handed, connections, packetsOf };
}

function send(connection: BrokerConnection, ...packets: Packet[]): void {
  connection.socket.write(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: 5 }))));
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
const messageIds = (packets: readonly Packet[]) => packets.map(({ messageId }) => messageId);

describe('openUpstream', () => {
  it('the gateway asks the broker for a session that outlives the connection, for no retained messages, and for a limited number of messages in flight', async () => {
    const { connections, upstream } = await openBroker();
    await until('the subscription', () => upstream.connected() === 1);
    expect(connections[0]?.received[0]).toMatchObject({
      cmd: 'connect',
      clientId: 'vigil-1',
      clean: false,
      properties: { sessionExpiryInterval: 3600, receiveMaximum: 100, maximumPacketSize: 262_144 },
    });
    expect(connections[0]?.received[1]).toMatchObject({
      cmd: 'subscribe',
      subscriptions: [{ qos: 1, rh: 2, rap: false }, { rh: 2 }, { rh: 2 }, { rh: 2 }],
    });
  });

  it('the gateway acknowledges messages in their order when the log has them; it acknowledges a refused message with the reason', async () => {
    const { connections, handed, packetsOf, upstream } = await openBroker();
    await until('the subscription', () => upstream.connected() === 1);
    send(connections[0]!, publish(1), publish(2), publish(3), publish(4));
    await until('all four messages are handed on, although none is acknowledged', () => handed.length === 4);
    handed[3]!.settle(appended);
    handed[1]!.settle({ kind: 'refused', code: 0x99, reasonString: 'It is no JSON.' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(packetsOf(connections[0], 'puback')).toEqual([]);
    handed[0]!.settle(appended);
    await until('two acknowledgements', () => packetsOf(connections[0], 'puback').length === 2);
    handed[2]!.settle(appended);
    await until('all four acknowledgements', () => packetsOf(connections[0], 'puback').length === 4);
    expect(messageIds(packetsOf(connections[0], 'puback'))).toEqual([1, 2, 3, 4]);
    expect(packetsOf(connections[0], 'puback')[1]).toMatchObject({
      reasonCode: 0x99,
      properties: { reasonString: 'It is no JSON.' },
    });
  });

  it('the gateway acknowledges neither a message that failed nor the messages that came after it on the same connection', async () => {
    const { connections, handed, packetsOf } = await openBroker();
    await until('the subscription', () => packetsOf(connections[0], 'subscribe').length === 1);
    send(connections[0]!, publish(1), publish(2), publish(3));
    await until('all three messages are handed on', () => handed.length === 3);
    handed[0]!.settle(appended);
    await until('the acknowledgement of the first message', () => packetsOf(connections[0], 'puback').length === 1);
    handed[1]!.settle({ kind: 'failed' });
    await until('the end of the connection', () => connections[0]!.closed);
    await until('a new connection', () => packetsOf(connections[1], 'subscribe').length === 1);
    handed[2]!.settle(appended);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(messageIds(packetsOf(connections[0], 'puback'))).toEqual([1]);
    expect(packetsOf(connections[1], 'puback')).toEqual([]);
  });

  it('the gateway does not acknowledge a message of an old connection on a new connection', async () => {
    const { connections, handed, packetsOf } = await openBroker();
    await until('the subscription', () => packetsOf(connections[0], 'subscribe').length === 1);
    send(connections[0]!, publish(1));
    await until('the message of the old connection', () => handed.length === 1);
    connections[0]!.socket.destroy();
    await until('a new connection', () => packetsOf(connections[1], 'subscribe').length === 1);
    send(connections[1]!, publish(1));
    await until('the new message', () => handed.length === 2);
    handed[0]!.settle(appended);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(packetsOf(connections[1], 'puback')).toEqual([]);
    handed[1]!.settle(appended);
    await until('the acknowledgement on the new connection', () => packetsOf(connections[1], 'puback').length === 1);
  });

  it('the gateway leaves out a retained message that the broker sends, and acknowledges it', async () => {
    const { connections, handed, counters, packetsOf, upstream } = await openBroker();
    await until('the subscription', () => upstream.connected() === 1);
    send(connections[0]!, publish(1, { retain: true }), publish(2));
    await until('the new message', () => handed.length === 1);
    handed[0]!.settle(appended);
    await until('both messages are acknowledged', () => packetsOf(connections[0], 'puback').length === 2);
    expect(counters.upstreamRetained).toBe(1);
  });

  it('the gateway closes the connection if the broker sends a message at QoS 2', async () => {
    const { connections, handed, packetsOf, upstream } = await openBroker();
    await until('the subscription', () => upstream.connected() === 1);
    send(connections[0]!, publish(1, { qos: 2 }));
    await until('the end of the connection', () => connections[0]!.closed);
    expect(packetsOf(connections[0], 'pubrec')).toEqual([]);
    expect(handed).toEqual([]);
  });

  it.each([
    ['less than QoS 1', 0],
    ['nothing', 0x87],
  ])('the gateway connects again if the broker grants %s', async (_name, granted) => {
    const { connections, upstream } = await openBroker({ granted });
    await until('a second connection', () => connections.length === 2);
    expect(connections[0]!.closed).toBe(true);
    expect(upstream.connected()).toBe(0);
  });

  it('the gateway connects again if the broker sends a malformed packet', async () => {
    const { connections, upstream } = await openBroker();
    await until('the subscription', () => upstream.connected() === 1);
    connections[0]!.socket.write(Buffer.from('32ffffffffff01', 'hex'));
    await until('another connection', () => connections.length === 2 && upstream.connected() === 1);
  });

  it('the gateway waits longer before it connects again if another gateway took its client id', async () => {
    const { connections, upstream } = await openBroker();
    await until('the subscription', () => upstream.connected() === 1);
    send(connections[0]!, { cmd: 'disconnect', reasonCode: 0x8e });
    connections[0]!.socket.end();
    await until('the end of the connection', () => connections[0]!.closed && upstream.connected() === 0);
    // After any other end, the gateway connects again within a second.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(connections.length).toBe(1);
  });

  it('the gateway counts the sessions that the broker lost', async () => {
    const { connections, counters, upstream } = await openBroker({ sessionPresent: [false, true, false] });
    for (let connection = 0; connection < 3; connection += 1) {
      await until('a connection', () => connections.length === connection + 1 && upstream.connected() === 1);
      expect(counters.upstreamSessionsLost).toBe(connection === 2 ? 1 : 0);
      if (connection < 2) connections[connection]!.socket.destroy();
      await until('the end of the connection', () => connection === 2 || upstream.connected() === 0);
    }
  });

  it('the gateway pauses reading while its memory is used up, and continues when there is space', async () => {
    const { connections, handed, counters, packetsOf, upstream } = await openBroker({ unackedBytesMax: 40_000 });
    await until('the subscription', () => upstream.connected() === 1);
    const count = 500;
    for (let id = 1; id <= count; id += 1) send(connections[0]!, publish(id, id % 2 ? {} : { qos: 0 }));
    await until('a pause', () => counters.upstreamPaused > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Each message counts as three times its size plus a kilobyte.
    expect(handed.length).toBeLessThan(12);
    expect(upstream.unackedBytes()).toBeLessThan(45_000);
    for (let settled = 0; settled < count; settled += 1) {
      await until('one more message is handed on', () => handed.length > settled);
      handed[settled]!.settle(appended);
    }
    await until(
      'all messages at QoS 1 are acknowledged',
      () => packetsOf(connections[0], 'puback').length === count / 2,
    );
    expect(messageIds(packetsOf(connections[0], 'puback'))).toEqual(
      Array.from({ length: count / 2 }, (_, i) => 2 * i + 1),
    );
    expect(upstream.unackedBytes()).toBe(0);
  });
});
