/**
 * Tests the form and the codes of the listener's answers, and which parts it leaves out if the client cannot accept
 * them.
 */
import { generate, type Packet } from 'mqtt-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  connectPacket,
  deviceCertificate,
  dial,
  join,
  openBench,
  publishPacket,
} from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
beforeEach(() => {
  bench.ready = true;
  bench.immediateOutcome = { kind: 'appended' };
});
afterAll(() => bench.close());

const filters = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ topic: `x/${index}`, qos: 1 as const }));
const propertiesOf = (packet: Packet) => Object.keys((packet as { properties?: object }).properties ?? {});

describe('CONNACK', () => {
  it('CONNACK is sent first and once, and its reserved bits are 0', async () => {
    for (const version of [4, 5] as const) {
      const client = await dial(bench, await deviceCertificate('bed-07'), version);
      const bytes: Buffer[] = [];
      client.socket.on('data', (chunk: Buffer) => bytes.push(chunk));
      client.send({ cmd: 'pingreq' });
      await client.closed;
      expect(bytes).toEqual([]);
      const second = await dial(bench, await deviceCertificate('bed-07'), version);
      second.socket.on('data', (chunk: Buffer) => bytes.push(chunk));
      second.send(connectPacket('bed-07', version), { cmd: 'pingreq' }, publishPacket(1, 1), { cmd: 'pingreq' });
      const received = [
        await second.nextPacket(),
        await second.nextPacket(),
        await second.nextPacket(),
        await second.nextPacket(),
      ];
      expect(received.map(({ cmd }) => cmd).filter((cmd) => cmd === 'connack')).toHaveLength(1);
      expect(received[0]).toMatchObject({ cmd: 'connack' });
      // Fixed header, remaining length, flags, code.
      expect([bytes[0]![0], bytes[0]![2], bytes[0]![3]]).toEqual([0x20, 0, 0]);
      second.end();
    }
  });

  it.each([4, 5] as const)(
    'a refusing CONNACK ends the connection, and packets after CONNECT are ignored, MQTT %i',
    async (version) => {
      bench.ready = false;
      const client = await dial(bench, await deviceCertificate('bed-07'), version);
      const publishes = bench.counters.publishes;
      client.send(connectPacket('bed-07', version), publishPacket(1, 1), { cmd: 'pingreq' });
      await client.closed;
      const refused = version === 5 ? { reasonCode: reason.serverUnavailable } : { returnCode: 3 };
      expect(client.unreadPackets()).toMatchObject([{ cmd: 'connack', sessionPresent: false, ...refused }]);
      expect(client.unreadPackets()).toHaveLength(1);
      expect(bench.counters.publishes).toBe(publishes);
    },
  );

  it('CONNACK of MQTT 3.1.1 is not sent if CONNECT is malformed or no return code fits', async () => {
    const malformed = await dial(bench, await deviceCertificate('bed-07'), 4);
    malformed.sendBytes(Buffer.from('100d00044d5154540403003c000161', 'hex'));
    await malformed.closed;
    expect(malformed.unreadPackets()).toEqual([]);
    const wildcard = await dial(bench, await deviceCertificate('bed-07'), 4);
    wildcard.send(connectPacket('bed-07', 4, { will: { topic: 'devices/#', payload: 'x' } as never }));
    await wildcard.closed;
    expect(wildcard.unreadPackets()).toEqual([]);
  });

  it.each([
    [1000, ['reasonString']],
    [20, []],
    [4, undefined],
  ])(
    'a refusing CONNACK for a client that accepts %i bytes leaves out its reason string, or is not sent',
    async (maximumPacketSize, expected) => {
      const client = await dial(bench, await deviceCertificate('bed-07'));
      client.send(connectPacket('bed-08', 5, { properties: { maximumPacketSize } }));
      await client.closed;
      const [connack] = client.unreadPackets();
      expect(connack && propertiesOf(connack)).toEqual(expected);
      if (expected) expect(connack).toMatchObject({ reasonCode: reason.clientIdentifierNotValid });
    },
  );

  it('an accepting CONNACK that is larger than the client accepts is not sent', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'));
    client.send(connectPacket('bed-07', 5, { properties: { maximumPacketSize: 8 } }));
    await client.closed;
    expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.packetTooLarge }]);
  });

  it('CONNACK has only the properties that the client needs', async () => {
    const client = await join(bench, 'bed-07', 5, { keepalive: 60, properties: { requestResponseInformation: false } });
    // Left out are Maximum QoS, Retain Available, Response Information, Authentication Method, User Property and Server
    // Keep Alive.
    expect(propertiesOf(client.connack).sort()).toEqual([
      'maximumPacketSize',
      'receiveMaximum',
      'subscriptionIdentifiersAvailable',
      'topicAliasMaximum',
    ]);
    client.end();
  });

  it('a client without an authentication method gets no authentication method and no AUTH', async () => {
    const client = await join(bench, 'bed-07');
    expect(propertiesOf(client.connack)).not.toContain('authenticationMethod');
    client.send({ cmd: 'auth', reasonCode: 0x19 } as Packet);
    await client.closed;
    expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.protocolError }]);
  });

  it('CONNACK refuses authentication data without an authentication method', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { authenticationData: Buffer.from('x') } });
    expect(client.connack).toMatchObject({ reasonCode: reason.protocolError });
    await client.closed;
  });
});

describe('acknowledgements', () => {
  it.each([4, 5] as const)(
    'SUBACK and UNSUBACK have the packet id of the request and one code for each filter, MQTT %i',
    async (version) => {
      const client = await join(bench, 'bed-07', version);
      client.send({ cmd: 'subscribe', messageId: 0xfffe, subscriptions: filters(7) });
      const suback = await client.nextPacket();
      expect(suback).toMatchObject({ cmd: 'suback', messageId: 0xfffe });
      expect((suback as { granted: number[] }).granted).toHaveLength(7);
      client.send({ cmd: 'unsubscribe', messageId: 0x0100, unsubscriptions: filters(3).map(({ topic }) => topic) });
      const unsuback = await client.nextPacket();
      expect(unsuback).toMatchObject({ cmd: 'unsuback', messageId: 0x0100 });
      if (version === 5) expect((unsuback as { granted: number[] }).granted).toEqual([0x11, 0x11, 0x11]);
      client.end();
    },
  );

  it('SUBACK or UNSUBACK that is larger than the client accepts is not sent, and the connection ends', async () => {
    for (const request of [
      { cmd: 'subscribe', messageId: 1, subscriptions: filters(80) },
      { cmd: 'unsubscribe', messageId: 1, unsubscriptions: filters(80).map(({ topic }) => topic) },
    ] as Packet[]) {
      const client = await join(bench, 'bed-07', 5, { properties: { maximumPacketSize: 70 } });
      client.send(request);
      await client.closed;
      expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.packetTooLarge }]);
    }
  });

  it('acknowledgements have no reason string and no user property if the client does not want them', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { requestProblemInformation: false } });
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'bad' };
    client.send(
      publishPacket(1, 1),
      publishPacket(2, 2),
      { cmd: 'pubrel', messageId: 9 },
      { cmd: 'pubrec', messageId: 9 },
      { cmd: 'subscribe', messageId: 3, subscriptions: filters(1) },
      { cmd: 'unsubscribe', messageId: 4, unsubscriptions: ['x'] },
    );
    const received: Packet[] = [];
    while (received.length < 6) received.push(await client.nextPacket());
    expect(received.map(({ cmd }) => cmd).sort()).toEqual([
      'puback',
      'pubcomp',
      'pubrec',
      'pubrel',
      'suback',
      'unsuback',
    ]);
    expect(received.flatMap(propertiesOf)).toEqual([]);
    client.end();
  });

  it('PUBREL, PUBCOMP, SUBACK and UNSUBACK have no properties', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { requestProblemInformation: true } });
    client.send(
      { cmd: 'pubrel', messageId: 9 },
      { cmd: 'pubrec', messageId: 9 },
      { cmd: 'subscribe', messageId: 3, subscriptions: [...filters(1), { topic: '#', qos: 0 }] },
      { cmd: 'unsubscribe', messageId: 4, unsubscriptions: ['x'] },
      publishPacket(2, 5),
      { cmd: 'pubrel', messageId: 5 },
    );
    const received: Packet[] = [];
    while (received.length < 6) received.push(await client.nextPacket());
    expect(received.map(({ cmd }) => cmd).sort()).toEqual([
      'pubcomp',
      'pubcomp',
      'pubrec',
      'pubrel',
      'suback',
      'unsuback',
    ]);
    expect(received.flatMap(propertiesOf)).toEqual([]);
    client.end();
  });

  it('PUBREC leaves out its reason string if the packet would be larger than the client accepts', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { maximumPacketSize: 60 } });
    bench.immediateOutcome = { kind: 'refused', code: reason.payloadFormatInvalid, reasonString: 'x'.repeat(60) };
    client.send(publishPacket(2, 1));
    const pubrec = await client.nextPacket();
    expect(pubrec).toMatchObject({ cmd: 'pubrec', reasonCode: reason.payloadFormatInvalid });
    expect(propertiesOf(pubrec)).toEqual([]);
    client.end();
  });

  it('an unexpected PUBREC gets PUBREL with 0x92, and an unexpected PUBACK or PUBCOMP is ignored', async () => {
    const client = await join(bench, 'bed-07');
    client.send({ cmd: 'puback', messageId: 7 }, { cmd: 'pubcomp', messageId: 8 }, { cmd: 'pubrec', messageId: 9 });
    expect(await client.nextPacket()).toMatchObject({
      cmd: 'pubrel',
      messageId: 9,
      reasonCode: reason.packetIdentifierNotFound,
    });
    client.send({ cmd: 'pingreq' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    client.end();
  });

  it.each([
    ['PUBACK', '40 03 0001 55'],
    ['PUBREC', '50 03 0001 55'],
    ['PUBREL', '62 03 0001 55'],
    ['PUBCOMP', '70 03 0001 55'],
    ['DISCONNECT', 'e0 01 55'],
  ])('an unknown reason code ends the connection: %s', async (_name, hex) => {
    const client = await join(bench, 'bed-07');
    client.sendBytes(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    await client.closed;
    expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.protocolError }]);
  });
});

describe('DISCONNECT of the gateway', () => {
  it('DISCONNECT is not sent before CONNACK, has no Session Expiry Interval, and is the last packet', async () => {
    const early = await dial(bench, await deviceCertificate('bed-07'));
    early.sendBytes(Buffer.from([0xff, 0xff]));
    await early.closed;
    expect(early.unreadPackets()).toEqual([]);
    const client = await join(bench, 'bed-07', 5, { properties: { sessionExpiryInterval: 100 } });
    bench.immediateOutcome = undefined;
    client.send(publishPacket(1, 1), connectPacket('bed-07', 5), { cmd: 'pingreq' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
    for (const { settle } of bench.handedPublishes.splice(0)) settle({ kind: 'appended' });
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
  });

  it('DISCONNECT has a reason string, which is left out if the packet would be larger than the client accepts', async () => {
    const broken = generate({ cmd: 'pingreq' });
    broken[0] = 0xc1;
    for (const [maximumPacketSize, expected] of [
      [1000, ['reasonString']],
      [30, []],
    ] as const) {
      const client = await join(bench, 'bed-07', 5, { properties: { maximumPacketSize } });
      client.sendBytes(broken);
      const disconnect = await client.nextPacket();
      expect(disconnect).toMatchObject({ cmd: 'disconnect', reasonCode: reason.malformedPacket });
      expect(propertiesOf(disconnect)).toEqual(expected);
      await client.closed;
    }
  });
});
