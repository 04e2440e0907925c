import type { IConnackPacket } from 'mqtt-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  connectPacket,
  deviceCertificate,
  dial,
  foreignCa,
  join,
  listenerOptions,
  openBench,
  publishPacket,
  until,
} from '../../tests/gateway/listener.ts';
import { clientIdLengthMax } from '../core/identity.ts';
import { reason } from '../core/reasons.ts';
import { openListener } from './listener.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
beforeEach(() => {
  bench.ready = true;
  bench.immediateOutcome = { kind: 'appended' };
});
afterAll(() => bench.close());

describe('the port', () => {
  it('openListener names the port if the port is in use, and rejects with certificate-invalid if the certificate is not valid', async () => {
    const open = (port: number, cert?: string) =>
      openListener({ ...listenerOptions(), port, ...(cert === undefined ? {} : { cert }) });
    await expect(open(bench.listener.port)).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(bench.listener.port)),
    });
    await expect(open(0, 'no certificate')).rejects.toMatchObject({ code: 'certificate-invalid' });
  });
});

describe('TLS', () => {
  it('TLS refuses a client without a certificate, and a client with a certificate of a foreign authority', async () => {
    for (const pair of [null, await deviceCertificate('bed-07', foreignCa)]) {
      const before = bench.counters.connectionsRefused;
      // In TLS 1.3 the client learns only after the handshake that its certificate was refused.
      const client = await dial(bench, pair);
      client.send(connectPacket('bed-07', 5));
      await client.closed;
      expect(client.unreadPackets()).toEqual([]);
      expect(bench.counters.connectionsRefused).toBe(before + 1);
    }
  });
});

describe('CONNECT', () => {
  it.each([
    ['of another device in MQTT 5', 5, 'bed-08', { reasonCode: reason.clientIdentifierNotValid }],
    ['of another device in MQTT 3.1.1', 4, 'bed-08', { returnCode: 2 }],
    ['that is too long', 5, `bed-07/${'x'.repeat(clientIdLengthMax)}`, { reasonCode: reason.clientIdentifierNotValid }],
  ] as const)('the listener refuses a client id %s', async (_name, version, clientId, expected) => {
    const client = await dial(bench, await deviceCertificate('bed-07'), version);
    client.send(connectPacket(clientId, version));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', sessionPresent: false, ...expected });
    await client.closed;
  });

  it.each([
    [5, { reasonCode: reason.notAuthorized }],
    [4, { returnCode: 5 }],
  ] as const)('the listener refuses a CN that is not a device id, MQTT %i', async (version, expected) => {
    const client = await dial(bench, await deviceCertificate('no device'), version);
    client.send(connectPacket('no device', version));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', ...expected });
    await client.closed;
  });

  it.each([4, 5] as const)(
    'the listener accepts the CN, and the CN with a slash and a name, as client id, MQTT %i',
    async (version) => {
      for (const clientId of ['bed-07', 'bed-07/waves']) {
        const client = await join(bench, 'bed-07', version, { clientId });
        expect(client.connack).toMatchObject({
          cmd: 'connack',
          sessionPresent: false,
          ...(version === 5 ? { reasonCode: 0 } : { returnCode: 0 }),
        });
        client.end();
      }
    },
  );

  it('the listener assigns a unique client id to a client with an empty client id', async () => {
    const first = await join(bench, 'bed-21', 5, { clientId: '' });
    const second = await join(bench, 'bed-21', 5, { clientId: '' });
    const assigned = [first, second].map(
      ({ connack }) => (connack as IConnackPacket).properties?.assignedClientIdentifier,
    );
    for (const id of assigned) expect(id).toMatch(/^bed-21\/./);
    expect(assigned[0]).not.toBe(assigned[1]);
    second.send({ cmd: 'pingreq' });
    first.send({ cmd: 'pingreq' });
    expect([await first.nextPacket(), await second.nextPacket()]).toMatchObject([
      { cmd: 'pingresp' },
      { cmd: 'pingresp' },
    ]);
    first.end();
    second.end();
  });

  it('two clients with empty client ids stay connected together in MQTT 3.1.1', async () => {
    const first = await join(bench, 'bed-22', 4, { clientId: '' });
    const second = await join(bench, 'bed-22', 4, { clientId: '' });
    for (const client of [first, second]) {
      expect(client.connack).toMatchObject({ cmd: 'connack', returnCode: 0 });
      client.send({ cmd: 'pingreq' });
      expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    }
    first.end();
    second.end();
  });

  it('the listener refuses an empty client id without Clean Session in MQTT 3.1.1', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'), 4);
    // The library cannot write such a packet.
    client.sendBytes(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0]));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', returnCode: 2 });
    await client.closed;
  });

  it('the answer to CONNECT names the limits of the gateway', async () => {
    const client = await join(bench, 'bed-07', 5, { keepalive: 0, properties: { sessionExpiryInterval: 0xffffffff } });
    expect(client.connack).toMatchObject({
      properties: {
        receiveMaximum: 256,
        maximumPacketSize: 262_144,
        topicAliasMaximum: 16,
        subscriptionIdentifiersAvailable: false,
        serverKeepAlive: 300,
        sessionExpiryInterval: 3600,
      },
    });
    client.end();
  });

  it.each([
    ['protocol level 3', Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 3, 2, 0, 60, 0, 0]), { returnCode: 1 }],
    ['MQTT 3.1', Buffer.from([0x10, 14, 0, 6, ...Buffer.from('MQIsdp'), 3, 2, 0, 60, 0, 0]), { returnCode: 1 }],
    [
      'the protocol level of a bridge',
      Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 0x84, 2, 0, 60, 0, 0]),
      { returnCode: 1 },
    ],
  ])('the listener refuses a client that uses %s', async (_name, bytes, expected) => {
    const client = await dial(bench, await deviceCertificate('bed-07'), 4);
    client.sendBytes(bytes);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', ...expected });
    await client.closed;
  });

  it('the listener closes the connection of a client that uses another protocol', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'), 4);
    client.sendBytes(Buffer.from([0x10, 12, 0, 4, ...Buffer.from('AMQP'), 4, 2, 0, 60, 0, 0]));
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
  });

  it('the listener refuses a client that uses MQTT 6', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'), 5);
    client.sendBytes(Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 6, 2, 0, 60, 0, 0, 0]));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: reason.unsupportedProtocolVersion });
    await client.closed;
  });

  it.each([
    ['another device in MQTT 5', 'devices/bed-08/status', 5, { reasonCode: reason.notAuthorized }],
    ['another device in MQTT 3.1.1', 'devices/bed-08/status', 4, { returnCode: 5 }],
    ['the inbox', 'devices/bed-07/inbox', 5, { reasonCode: reason.notAuthorized }],
    ['a topic with a wildcard', 'devices/bed-07/#', 5, { reasonCode: reason.topicNameInvalid }],
  ] as const)('the listener refuses a will for %s', async (_name, topic, version, expected) => {
    const client = await join(bench, 'bed-07', version, { will: { topic, payload: 'x' } });
    expect(client.connack).toMatchObject({ cmd: 'connack', ...expected });
    await client.closed;
  });

  it.each([
    [5, 4_096, { reasonCode: reason.success }],
    [5, 4_097, { reasonCode: reason.quotaExceeded }],
    [4, 4_096, { returnCode: 0 }],
  ] as const)('the listener accepts a will of at most 4 KiB: MQTT %i, %i bytes', async (version, bytes, expected) => {
    const will = { topic: 'devices/bed-07/status', payload: Buffer.alloc(bytes, 0x20) };
    const client = await join(bench, 'bed-07', version, { will });
    expect(client.connack).toMatchObject({ cmd: 'connack', ...expected });
  });

  it('the listener closes the connection without an answer if a will is too long in MQTT 3.1.1, which has no return code for that', async () => {
    const will = { topic: 'devices/bed-07/status', payload: Buffer.alloc(4_097, 0x20) };
    const before = bench.counters.connectionsRefused;
    await expect(join(bench, 'bed-07', 4, { will })).rejects.toThrow('the connection was closed');
    expect(bench.counters.connectionsRefused).toBe(before + 1);
  });

  it('the listener refuses a will without a topic', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'));
    // The library cannot write such a packet.
    client.sendBytes(
      Buffer.from('101900044d51545405060 03c00 00066265642d3037 00 0000 000178'.replaceAll(' ', ''), 'hex'),
    );
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: reason.topicNameInvalid });
    await client.closed;
  });

  it('the listener refuses an authentication method', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { authenticationMethod: 'x' } });
    expect(client.connack).toMatchObject({ reasonCode: reason.badAuthenticationMethod });
    await client.closed;
  });

  it.each([
    [5, { reasonCode: reason.serverUnavailable }],
    [4, { returnCode: 3 }],
  ] as const)(
    'the listener refuses all clients until the associations are read, MQTT %i',
    async (version, expected) => {
      bench.ready = false;
      const client = await join(bench, 'bed-07', version);
      expect(client.connack).toMatchObject(expected);
      await client.closed;
    },
  );

  it('the listener closes the connection if the first packet is not CONNECT', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'));
    client.send(publishPacket(1, 1));
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
    expect(bench.handedPublishes).toEqual([]);
  });

  it('the listener ends the connection at a second CONNECT', async () => {
    const client = await join(bench, 'bed-07');
    client.send(connectPacket('bed-07', 5));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
    await client.closed;
  });

  it('the listener closes the connection if CONNECT does not come in time', async () => {
    const before = bench.counters.connectTimeouts;
    const client = await dial(bench, await deviceCertificate('bed-07'));
    await bench.letTimePass(9_000);
    expect(bench.listener.connections()).toBe(1);
    await bench.letTimePass(2_000);
    await client.closed;
    expect(bench.counters.connectTimeouts).toBe(before + 1);
  });

  it('the listener handles packets that a client sends before CONNACK, in order', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'));
    client.send(connectPacket('bed-07', 5), publishPacket(1, 1), { cmd: 'pingreq' }, publishPacket(1, 2));
    const came = [
      await client.nextPacket(),
      await client.nextPacket(),
      await client.nextPacket(),
      await client.nextPacket(),
    ];
    expect(came[0]).toMatchObject({ cmd: 'connack' });
    expect(came.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId)).toEqual([1, 2]);
    client.end();
  });

  it('the listener closes connections above the maximum number before their handshake', async () => {
    const small = await openBench({ connectionsMax: 1 });
    const first = await join(small, 'bed-07');
    const second = expect(dial(small, await deviceCertificate('bed-08'))).rejects.toThrow('disconnected');
    await until('a dropped connection', () => small.counters.connectionsDropped === 1);
    first.send({ cmd: 'pingreq' });
    expect(await first.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    await second;
    await small.close();
  });
});
