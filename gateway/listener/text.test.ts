/** Tests which strings MQTT forbids, and that other strings are handed on unchanged. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

const zero = Buffer.from('a\0b');
const surrogate = Buffer.from('eda080', 'hex');
const overlong = Buffer.from('c080', 'hex');
const cut = Buffer.from('e282', 'hex');
const lateZero = Buffer.from('ä\0');
const broken = { zero, lateZero, surrogate, overlong, cut };

const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const field = (bytes: Buffer) => Buffer.concat([u16(bytes.length), bytes]);
const packet = (first: number, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, body.length]), body]);
};
const properties = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length]), bytes]);
const noProperties = Buffer.from([0]);
const protocolName = field(Buffer.from('MQTT'));
const fieldA = field(Buffer.from('a'));

/** Functions that build a packet with `text` in the named place. */
const textFields: [place: string, version: 4 | 5, build: (text: Buffer) => Buffer][] = [
  ['the protocol name', 5, (text) => packet(0x10, field(text), Buffer.from([5, 2, 0, 60]), noProperties, fieldA)],
  ['the client id', 5, (text) => packet(0x10, protocolName, Buffer.from([5, 2, 0, 60]), noProperties, field(text))],
  ['the client id of 3.1.1', 4, (text) => packet(0x10, protocolName, Buffer.from([4, 2, 0, 60]), field(text))],
  [
    'the will topic',
    5,
    (text) =>
      packet(0x10, protocolName, Buffer.from([5, 6, 0, 60]), noProperties, fieldA, noProperties, field(text), fieldA),
  ],
  [
    'the will topic of 3.1.1',
    4,
    (text) => packet(0x10, protocolName, Buffer.from([4, 6, 0, 60]), fieldA, field(text), fieldA),
  ],
  [
    'the user name',
    5,
    (text) => packet(0x10, protocolName, Buffer.from([5, 0x82, 0, 60]), noProperties, fieldA, field(text)),
  ],
  [
    'the user name of 3.1.1',
    4,
    (text) => packet(0x10, protocolName, Buffer.from([4, 0x82, 0, 60]), fieldA, field(text)),
  ],
  ['a topic name', 5, (text) => packet(0x30, field(text), noProperties)],
  ['a topic name of 3.1.1', 4, (text) => packet(0x30, field(text))],
  ['a topic filter of SUBSCRIBE', 5, (text) => packet(0x82, u16(1), noProperties, field(text), noProperties)],
  ['a topic filter of SUBSCRIBE in 3.1.1', 4, (text) => packet(0x82, u16(1), field(text), noProperties)],
  ['a topic filter of UNSUBSCRIBE', 5, (text) => packet(0xa2, u16(1), noProperties, field(text))],
  ['a topic filter of UNSUBSCRIBE in 3.1.1', 4, (text) => packet(0xa2, u16(1), field(text))],
  ['the response topic', 5, (text) => packet(0x30, fieldA, properties(Buffer.concat([Buffer.from([8]), field(text)])))],
  ['the content type', 5, (text) => packet(0x30, fieldA, properties(Buffer.concat([Buffer.from([3]), field(text)])))],
  [
    'the name of a user property',
    5,
    (text) => packet(0x30, fieldA, properties(Buffer.concat([Buffer.from([38]), field(text), fieldA]))),
  ],
  [
    'the value of a user property',
    5,
    (text) => packet(0x30, fieldA, properties(Buffer.concat([Buffer.from([38]), fieldA, field(text)]))),
  ],
  [
    'a reason string',
    5,
    (text) => packet(0xe0, noProperties, properties(Buffer.concat([Buffer.from([31]), field(text)]))),
  ],
];

describe('decode', () => {
  it.each(textFields)('decode refuses text that is not UTF-8 or contains U+0000 in %s', (_place, version, build) => {
    expect(decode(build(Buffer.from('ä')), version)).not.toMatchObject({ type: 'violation' });
    for (const text of Object.values(broken)) {
      expect(decode(build(text), version)).toMatchObject({ type: 'violation', code: reason.malformedPacket });
    }
  });
});

it.each([
  ['with a wildcard', 'a/#'],
  ['with another wildcard', '+'],
  ['that is empty', ''],
])('decode refuses a response topic %s, in PUBLISH and in a will', (_name, topic) => {
  const response = properties(Buffer.concat([Buffer.from([8]), field(Buffer.from(topic))]));
  expect(decode(packet(0x30, fieldA, response), 5)).toMatchObject({ type: 'violation', code: reason.protocolError });
  const connect = packet(
    0x10,
    protocolName,
    Buffer.from([5, 6, 0, 60]),
    noProperties,
    fieldA,
    response,
    fieldA,
    fieldA,
  );
  expect(decode(connect, 5)).toMatchObject({ type: 'violation', code: reason.protocolError });
});

describe('the listener', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  beforeEach(() => {
    bench.immediateOutcome = undefined;
    bench.handedPublishes.length = 0;
  });
  afterAll(() => bench.close());

  it.each([4, 5] as const)(
    'the listener ends the connection at a topic that is not UTF-8, MQTT %i',
    async (version) => {
      const client = await join(bench, 'bed-07', version);
      client.sendBytes(packet(0x30, field(surrogate), ...(version === 5 ? [noProperties] : [])));
      await client.closed;
      expect(bench.handedPublishes).toEqual([]);
    },
  );

  it('the listener keeps U+FEFF in topics and payloads', async () => {
    const client = await join(bench, 'bed-07');
    const topics = ['\uFEFFdevices/bed-07/status', 'devices/bed-07\uFEFF/status', '\uFEFF'];
    client.send(...topics.map((topic) => publishPacket(0, 0, '\uFEFFx', { topic })));
    await until('all publishes are handed on', () => bench.handedPublishes.length === topics.length);
    expect(bench.handedPublishes.map(({ topic }) => topic)).toEqual(topics);
    expect(bench.handedPublishes.map(({ text }) => text)).toEqual(topics.map(() => '\uFEFFx'));
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '\uFEFFdevices/bed-07/inbox', qos: 0 }] });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'suback', granted: [reason.notAuthorized] });
    client.end();
  });

  it('the listener changes no character of a topic, so similar topics stay different', async () => {
    const client = await join(bench, 'bed-07');
    const topics = [
      'devices/bed-07/Status',
      'devices//bed-07/status',
      'devices/bed-07/status/',
      'devices/be\u0301d-07/status',
    ];
    client.send(...topics.map((topic) => publishPacket(0, 0, 'x', { topic })));
    await until('all publishes are handed on', () => bench.handedPublishes.length === topics.length);
    expect(bench.handedPublishes.map(({ topic }) => topic)).toEqual(topics);
    const filters = ['Devices/bed-07/inbox', 'devices//bed-07/inbox', 'devices/bed-07/inbox/', '/devices/bed-07/inbox'];
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 0 })) });
    expect(await client.nextPacket()).toMatchObject({
      cmd: 'suback',
      granted: filters.map(() => reason.notAuthorized),
    });
    client.end();
  });

  it('the listener accepts a topic name of 65,535 bytes', async () => {
    const client = await join(bench, 'bed-07');
    const topic = 'x'.repeat(65_535);
    client.send(publishPacket(0, 0, 'x', { topic }));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    expect(bench.handedPublishes[0]?.topic).toBe(topic);
    client.end();
  });

  it.each([
    ['an empty filter', ''],
    ['a # that is not last', 'a/#/b'],
    ['a # within a level', 'devices#'],
    ['a + within a level', 'devices/bed+/inbox'],
  ])('the listener ends the connection for %s in SUBSCRIBE and UNSUBSCRIBE', async (_name, topic) => {
    for (const version of [4, 5] as const) {
      for (const request of [
        { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] },
        { cmd: 'unsubscribe', messageId: 1, unsubscriptions: [topic] },
      ] as const) {
        const client = await join(bench, 'bed-07', version);
        client.send(request as never);
        await client.closed;
        const answer = version === 5 ? [{ cmd: 'disconnect', reasonCode: reason.malformedPacket }] : [];
        expect(client.unreadPackets()).toMatchObject(answer);
      }
    }
  });

  it.each(['$share/', '$share/g', '$share//a', '$share/g/', '$share/+/a', '$share/g#/a'])(
    'the listener ends the connection for %s, which is not a valid shared subscription',
    async (topic) => {
      const client = await join(bench, 'bed-07');
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] });
      await client.closed;
      expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.malformedPacket }]);
    },
  );

  it('the listener ends the connection for a shared subscription with No Local', async () => {
    const client = await join(bench, 'bed-07');
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$share/g/a', qos: 0, nl: true }] });
    await client.closed;
    expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.protocolError }]);
  });

  it('the listener accepts a client id of 23 letters and digits', async () => {
    for (const clientId of ['0123456789abcdefghijklm', 'nopqrstuvwxyzABCDEFGHIJ', 'KLMNOPQRSTUVWXYZ', 'a']) {
      const client = await dial(bench, await deviceCertificate(clientId), 4);
      client.send(connectPacket(clientId, 4));
      expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', returnCode: 0 });
      client.end();
    }
  });
});
