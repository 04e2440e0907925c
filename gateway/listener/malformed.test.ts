import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Bench,
  connectPacket,
  deviceCertificate,
  dial,
  join,
  openBench,
  publishPacket,
  until,
} from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';
import { decode } from './packet/decode.ts';
import { emptyFrames, feedFrames, nextFrame } from './packet/framing.ts';
import { clientPackets } from './packet/packets.testing.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('decode', () => {
  it.each([
    ['PUBLISH with QoS 3', 5, '36 07 0001 61 0001 00 61', reason.malformedPacket],
    ['PUBLISH with DUP at QoS 0', 5, '38 05 0001 61 00 61', reason.malformedPacket],
    ['PUBLISH with packet id 0', 5, '32 06 0001 61 0000 00', reason.protocolError],
    ['PUBLISH cut in its topic', 5, '32 03 0005 61', reason.malformedPacket],
    ['PUBLISH without packet id', 5, '32 03 0001 61', reason.malformedPacket],
    ['PUBLISH with U+0000 in its topic', 5, '30 04 0001 00 00', reason.malformedPacket],
    ['PUBLISH with a topic that is not UTF-8', 5, '30 05 0002 c328 00', reason.malformedPacket],
    ['PUBLISH with a surrogate in its topic', 5, '30 06 0003 eda080 00', reason.malformedPacket],
    ['PUBLISH with properties that are longer than the packet', 5, '30 05 0001 61 05 61', reason.malformedPacket],
    ['PUBLISH with an unknown property', 5, '30 06 0001 61 02 7f00', reason.malformedPacket],
    ['PUBLISH with a property of CONNECT', 5, '30 07 0001 61 03 21 0001', reason.malformedPacket],
    ['PUBLISH with a property twice', 5, '30 08 0001 61 04 0101 0101', reason.protocolError],
    ['PUBLISH with the value 2 for a property that is a flag', 5, '30 06 0001 61 02 0102', reason.protocolError],
    [
      'PUBLISH with a property that is longer than the property length',
      5,
      '30 08 0001 61 02 23 0001 61',
      reason.malformedPacket,
    ],
    ['PUBLISH with a padded property length', 5, '30 06 0001 61 8000 61', reason.malformedPacket],
    ['PINGREQ with a padded length', 5, 'c0 8000', reason.malformedPacket],
    ['PINGREQ with a body', 4, 'c0 01 00', reason.malformedPacket],
    ['PINGREQ with flags', 4, 'c1 00', reason.malformedPacket],
    ['PUBREL with wrong flags', 4, '60 02 0001', reason.malformedPacket],
    ['PUBREL that is too long for 3.1.1', 4, '62 03 0001 00', reason.malformedPacket],
    ['PUBREL cut short', 4, '62 01 00', reason.malformedPacket],
    ['PUBLISH with a subscription identifier', 5, '30 06 0001 61 02 0b01', reason.protocolError],
    ['PUBLISH without property length', 5, '30 03 0001 61', reason.malformedPacket],
    ['SUBSCRIBE with wrong flags', 4, '80 06 0001 0001 61 00', reason.malformedPacket],
    ['SUBSCRIBE with packet id 0', 4, '82 06 0000 0001 61 00', reason.protocolError],
    ['SUBSCRIBE without a filter', 5, '82 03 0001 00', reason.protocolError],
    ['SUBSCRIBE without a filter in 3.1.1', 4, '82 02 0001', reason.protocolError],
    ['SUBSCRIBE without options', 4, '82 05 0001 0001 61', reason.malformedPacket],
    ['SUBSCRIBE to QoS 3', 4, '82 06 0001 0001 61 03', reason.malformedPacket],
    ['SUBSCRIBE with reserved options', 4, '82 06 0001 0001 61 04', reason.malformedPacket],
    ['SUBSCRIBE with reserved options in MQTT 5', 5, '82 07 0001 00 0001 61 40', reason.malformedPacket],
    ['SUBSCRIBE with Retain Handling 3', 5, '82 07 0001 00 0001 61 30', reason.protocolError],
    ['UNSUBSCRIBE with wrong flags', 4, 'a0 05 0001 0001 61', reason.malformedPacket],
    ['UNSUBSCRIBE with packet id 0', 5, 'a2 06 0000 00 0001 61', reason.protocolError],
    ['UNSUBSCRIBE without a filter', 4, 'a2 02 0001', reason.protocolError],
    ['UNSUBSCRIBE without a filter in MQTT 5', 5, 'a2 03 0001 00', reason.protocolError],
    ['DISCONNECT with wrong flags', 4, 'e1 00', reason.malformedPacket],
    ['DISCONNECT with a body in 3.1.1', 4, 'e0 01 00', reason.malformedPacket],
    ['AUTH with wrong flags', 5, 'f1 00', reason.malformedPacket],
    ['AUTH without fields', 5, 'f0 00', reason.protocolError],
    ['AUTH with only a reason code', 5, 'f0 01 00', reason.protocolError],
    ['AUTH without properties', 5, 'f0 02 00 00', reason.protocolError],
    ['AUTH with a method that was not agreed on', 5, 'f0 06 18 04 15 0001 61', reason.protocolError],
    ['AUTH with data and no method', 5, 'f0 06 18 04 16 0001 61', reason.protocolError],
    ['AUTH with a reason of another packet', 5, 'f0 01 04', reason.protocolError],
    ['AUTH with a property of CONNECT', 5, 'f0 05 18 03 21 0001', reason.malformedPacket],
    ['AUTH that is longer than its fields', 5, 'f0 03 00 00 00', reason.malformedPacket],
    ['PUBACK with a reason that does not exist', 5, '40 03 0001 01', reason.protocolError],
    ['PUBREC with a reason of PUBREL', 5, '50 03 0001 92', reason.protocolError],
    ['PUBREL with a reason of PUBACK', 5, '62 03 0001 10', reason.protocolError],
    ['PUBCOMP with a reason of PUBACK', 5, '70 03 0001 10', reason.protocolError],
    ['DISCONNECT with a reason of CONNACK', 5, 'e0 01 84', reason.protocolError],
    [
      'DISCONNECT with a Server Reference, which only a server sends',
      5,
      'e0 06 00 04 1c 0001 61',
      reason.protocolError,
    ],
    ['DISCONNECT with a property twice', 5, 'e0 0c 00 0a 11 00000000 11 00000000', reason.protocolError],
    [
      'CONNECT with a property of CONNACK',
      5,
      '10 10 0004 4d515454 05 02 003c 02 24 01 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with Receive Maximum twice',
      5,
      '10 14 0004 4d515454 05 02 003c 06 21 0001 21 0001 0001 61',
      reason.protocolError,
    ],
    ['SUBSCRIBE with identifier 0', 5, '82 09 0001 02 0b00 0001 61 00', reason.protocolError],
    ['SUBSCRIBE with identifier twice', 5, '82 0b 0001 04 0b01 0b02 0001 61 00', reason.protocolError],
    ['SUBSCRIBE to QoS 3 in MQTT 5', 5, '82 07 0001 00 0001 61 03', reason.protocolError],
    ['PUBLISH with topic alias 0', 5, '30 07 0001 61 03 23 0000', reason.topicAliasInvalid],
    ['PUBLISH with a wildcard in its response topic', 5, '30 08 0001 61 04 08 0001 23', reason.protocolError],
    ['AUTH in MQTT 3.1.1', 4, 'f0 01 00', reason.malformedPacket],
    ['AUTH without fields in MQTT 3.1.1', 4, 'f0 00', reason.malformedPacket],
    ['packet type 0', 4, '00 00', reason.protocolError],
    ['CONNACK of a client', 4, '20 02 0000', reason.protocolError],
    ['SUBACK of a client', 4, '90 03 0001 00', reason.protocolError],
    ['PINGRESP of a client', 4, 'd0 00', reason.protocolError],
    ['CONNECT with the reserved flag', 4, '10 0d 0004 4d515454 04 03 003c 0001 61', reason.malformedPacket],
    ['CONNECT with will QoS 3', 4, '10 0d 0004 4d515454 04 1e 003c 0001 61', reason.malformedPacket],
    ['CONNECT with will QoS without will', 4, '10 0d 0004 4d515454 04 0a 003c 0001 61', reason.malformedPacket],
    ['CONNECT without a client id', 4, '10 0a 0004 4d515454 04 02 003c', reason.malformedPacket],
    [
      'CONNECT with the will flag but without a will',
      4,
      '10 0d 0004 4d515454 04 06 003c 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with a will but without the will flag',
      4,
      '10 13 0004 4d515454 04 02 003c 0001 61 0001 61 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with a user name but without its flag',
      4,
      '10 10 0004 4d515454 04 02 003c 0001 61 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with the flag of a user name but without a user name',
      4,
      '10 0d 0004 4d515454 04 82 003c 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with a password but without its flag',
      4,
      '10 13 0004 4d515454 04 82 003c 0001 61 0001 61 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with the flag of a password but without a password',
      4,
      '10 10 0004 4d515454 04 c2 003c 0001 61 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with Will Retain but without the will flag',
      4,
      '10 0d 0004 4d515454 04 22 003c 0001 61',
      reason.malformedPacket,
    ],
    [
      'CONNECT with a password but without a user name',
      4,
      '10 10 0004 4d515454 04 42 003c 0001 61 0001 61',
      reason.malformedPacket,
    ],
    ['CONNECT with Receive Maximum 0', 5, '10 11 0004 4d515454 05 02 003c 03 21 0000 0001 61', reason.protocolError],
    [
      'CONNECT with Maximum Packet Size 0',
      5,
      '10 13 0004 4d515454 05 02 003c 05 27 00000000 0001 61',
      reason.protocolError,
    ],
  ] as const)('decode refuses %s', (_name, version, bytes, code) => {
    expect(decode(hex(bytes), version)).toMatchObject({ type: 'violation', code });
  });

  it.each([
    ['PUBACK of two bytes', 5, '40 02 0001'],
    ['PUBACK with a reason', 5, '40 03 0001 10'],
    ['DISCONNECT without fields', 5, 'e0 00'],
    ['DISCONNECT with only a reason code', 5, 'e0 01 04'],
    ['PUBLISH with an empty payload', 4, '30 03 0001 61'],
    ['PUBLISH with user properties', 5, '30 12 0001 61 0e 26 0001 61 0001 62 26 0001 61 0001 62'],
    [
      'CONNECT with a password but without a user name in MQTT 5',
      5,
      '10 11 0004 4d515454 05 42 003c 00 0001 61 0001 61',
    ],
  ] as const)('decode accepts %s', (_name, version, bytes) => {
    expect(decode(hex(bytes), version)).not.toMatchObject({ type: 'violation' });
  });
});

describe('packets that the library writes', () => {
  it('packets that the library writes are decoded, even if they come in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(clientPackets[5], { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        (list, piece) => {
          const written = list.map((packet) => generate(packet, { protocolVersion: 5 }));
          const stream = Buffer.concat(written);
          const frames = emptyFrames();
          const cutFrames: Buffer[] = [];
          for (let offset = 0; offset < stream.length; offset += piece) {
            feedFrames(frames, stream.subarray(offset, offset + piece));
            for (let next = nextFrame(frames, 1e6); next.kind === 'packet'; next = nextFrame(frames, 1e6))
              cutFrames.push(next.packet);
          }
          expect(cutFrames.map((frame) => frame.toString('hex'))).toEqual(
            written.map((frame) => frame.toString('hex')),
          );
          for (const frame of cutFrames) {
            expect(decode(frame, 5)).not.toMatchObject({ type: 'violation' });
          }
        },
      ),
    );
  });
});

describe('the listener', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
    bench.immediateOutcome = { kind: 'appended' };
  });
  afterAll(() => bench.close());

  it.each([4, 5] as const)(
    'a malformed packet ends its connection with a reason in MQTT 5, and no other connection: MQTT %i',
    async (version) => {
      const other = await join(bench, 'bed-08', version);
      const client = await join(bench, 'bed-07', version);
      client.sendBytes(hex('36 07 0001 61 0001 00 61'));
      await client.closed;
      expect(client.unreadPackets()).toMatchObject(
        version === 5 ? [{ cmd: 'disconnect', reasonCode: reason.malformedPacket }] : [],
      );
      other.send({ cmd: 'pingreq' });
      expect(await other.nextPacket()).toMatchObject({ cmd: 'pingresp' });
      other.end();
    },
  );

  it('a malformed CONNECT of MQTT 5 is answered with CONNACK', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'));
    client.sendBytes(hex('10 0e 0004 4d515454 05 03 003c 00 0001 61'));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: reason.malformedPacket });
    await client.closed;
  });

  it.each([
    ['AUTH without fields', 'f0 00'],
    ['AUTH with an authentication method', 'f0 06 18 04 15 0001 61'],
    ['DISCONNECT with a reason of CONNACK', 'e0 01 84'],
    ['SUBSCRIBE to QoS 3', '82 07 0001 00 0001 61 03'],
    ['a second CONNECT', '10 0e 0004 4d515454 05 02 003c 00 0001 61'],
  ])('the listener answers %s with the protocol error 0x82', async (_name, bytes) => {
    const client = await join(bench, 'bed-07', 5);
    client.sendBytes(hex(bytes));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
    await client.closed;
  });

  it('the listener ends the connection at a Remaining Length of five bytes', async () => {
    const client = await join(bench, 'bed-07');
    client.sendBytes(hex('32 ffffffff 01'));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect' });
    await client.closed;
  });

  it('the listener survives streams that were changed at random, before and after CONNECT', async () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seed ${seed}`);
    const untouchedClient = await join(bench, 'bed-08', 5);
    const pair = await deviceCertificate('bed-07');
    const good = [
      generate(connectPacket('bed-07', 5, { properties: { receiveMaximum: 5, sessionExpiryInterval: 3 } }), {
        protocolVersion: 5,
      }),
      generate(
        { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'devices/bed-07/inbox', qos: 0 }] },
        { protocolVersion: 5 },
      ),
      generate(publishPacket(1, 2, '{"a":1}', { properties: { topicAlias: 1, userProperties: { a: 'b' } } }), {
        protocolVersion: 5,
      }),
      generate(publishPacket(2, 3), { protocolVersion: 5 }),
      generate({ cmd: 'pubrel', messageId: 3 }, { protocolVersion: 5 }),
      generate({ cmd: 'pingreq' }),
      generate({ cmd: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 1 } }, { protocolVersion: 5 }),
    ];
    const change = fc.record({
      at: fc.nat(),
      to: fc.nat(255),
      kind: fc.constantFrom('set', 'insert', 'delete', 'cut'),
    });
    const streams = fc.sample(
      fc.record({ skip: fc.nat(2), changes: fc.array(change, { minLength: 1, maxLength: 6 }) }),
      { numRuns: 250, seed },
    );
    for (const { skip, changes } of streams) {
      let bytes = Buffer.concat(skip === 0 ? good : [good[0]!, ...good.slice(skip)]);
      const from = skip === 0 ? 0 : good[0]!.length;
      for (const { at, to, kind } of changes) {
        const changedIndex = from + (at % Math.max(1, bytes.length - from));
        if (kind === 'set') bytes[changedIndex] = to;
        else if (kind === 'insert')
          bytes = Buffer.concat([bytes.subarray(0, changedIndex), Buffer.from([to]), bytes.subarray(changedIndex)]);
        else if (kind === 'delete')
          bytes = Buffer.concat([bytes.subarray(0, changedIndex), bytes.subarray(changedIndex + 1)]);
        else bytes = bytes.subarray(0, changedIndex);
      }
      const client = await dial(bench, pair);
      client.sendBytes(bytes);
      client.socket.end();
      await client.closed;
    }
    await until('all changed connections have ended', () => bench.listener.connections() === 1);
    untouchedClient.send({ cmd: 'pingreq' });
    expect(await untouchedClient.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    expect(bench.listener.unackedBytes()).toBe(0);
    expect(bench.counters.violations).toBeGreaterThan(50);
    untouchedClient.end();
  }, 60_000);
});
