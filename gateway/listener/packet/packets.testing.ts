/**
 * Generates packets of a client for property tests: every type, with every field that the decoder reads, as
 * `mqtt-packet` writes them.
 */
import fc from 'fast-check';
import type { Packet } from 'mqtt-packet';
import type { Version } from './fields.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !s.includes('\0'));
const someText = text.filter((s) => s !== '');
const topicName = someText.filter((s) => !/[#+]/.test(s));
const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
const id = fc.integer({ min: 1, max: 65_535 });
const seconds = fc.nat(0xffff_ffff);
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);
const userProperties = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }),
  fc.string({ maxLength: 5 }),
  { minKeys: 1, maxKeys: 3 },
);

/** Generates an object with some of the keys of the model. */
function some<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

/** Generates a packet, in MQTT 5 with properties. The types of the library do not have all properties. */
function packet(version: Version, fields: object, properties: object, more: object = {}): fc.Arbitrary<Packet> {
  const version5Fields =
    version === 5 ? { properties: some(properties as Record<string, fc.Arbitrary<unknown>>), ...more } : {};
  return fc.record({ ...fields, ...version5Fields }) as unknown as fc.Arbitrary<Packet>;
}

const messageProperties = {
  payloadFormatIndicator: fc.boolean(),
  messageExpiryInterval: seconds,
  contentType: text,
  responseTopic: topicName,
  correlationData: bytes,
  userProperties,
};

function publish(version: Version): fc.Arbitrary<Packet> {
  const flags = fc.record({ qos, dup: fc.boolean(), retain: fc.boolean(), messageId: id });
  const publishWith = (topic: fc.Arbitrary<string>, properties: object, topicAlias: object = {}) =>
    fc
      .tuple(packet(version, { cmd: fc.constant('publish'), topic, payload: bytes }, properties, topicAlias), flags)
      .map(([fields, { messageId, dup, ...more }]) => {
        const idFields = more.qos > 0 ? { messageId, dup } : { dup: false };
        return { ...fields, ...more, ...idFields } as Packet;
      });
  const named = publishWith(someText, { ...messageProperties, topicAlias: id });
  // The library refuses an empty topic without an alias.
  const withAliasOnly = publishWith(fc.constant(''), {}, { properties: fc.record({ topicAlias: id }) });
  return version === 5 ? fc.oneof(named, withAliasOnly) : named;
}

function connect(version: Version): fc.Arbitrary<Packet> {
  const will = packet(
    version,
    { topic: someText, payload: bytes, qos, retain: fc.boolean() },
    { ...messageProperties, willDelayInterval: seconds },
  );
  const fields = {
    cmd: fc.constant('connect'),
    protocolId: fc.constant('MQTT'),
    protocolVersion: fc.constant(version),
    clean: fc.boolean(),
    keepalive: fc.nat(65_535),
    clientId: someText,
    login: some({ username: someText, password: bytes }),
    will: fc.option(will, { nil: undefined }),
  };
  const properties = {
    sessionExpiryInterval: seconds,
    receiveMaximum: id,
    maximumPacketSize: fc.integer({ min: 1, max: 0xffff_ffff }),
    topicAliasMaximum: fc.nat(65_535),
    requestResponseInformation: fc.boolean(),
    requestProblemInformation: fc.boolean(),
    authenticationMethod: text,
    userProperties,
  };
  return packet(version, fields, properties).map((generated) => {
    const { login, ...rest } = generated as unknown as { login: { username?: string; password?: Buffer } };
    const { username, password } = login;
    // MQTT 3.1.1 allows no password without a user name.
    const named = username === undefined ? {} : { username, ...(password ? { password } : {}) };
    return { ...rest, ...named } as unknown as Packet;
  });
}

const ackProperties = { reasonString: text, userProperties };
const receiptCodes = fc.constantFrom(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
const releaseCodes = fc.constantFrom(0x00, 0x92);

function acknowledgement(version: Version): fc.Arbitrary<Packet> {
  const ackPacket = (cmd: string, reasonCode: fc.Arbitrary<number>) =>
    packet(version, { cmd: fc.constant(cmd), messageId: id }, ackProperties, { reasonCode });
  return fc.oneof(
    ackPacket('puback', receiptCodes),
    ackPacket('pubrec', receiptCodes),
    ackPacket('pubrel', releaseCodes),
    ackPacket('pubcomp', releaseCodes),
  );
}

function subscribe(version: Version): fc.Arbitrary<Packet> {
  const options = version === 5 ? { nl: fc.boolean(), rap: fc.boolean(), rh: fc.nat(2) } : {};
  const subscriptions = fc.array(fc.record({ topic: someText, qos, ...options }), { minLength: 1, maxLength: 4 });
  const fields = { cmd: fc.constant('subscribe'), messageId: id, subscriptions };
  const subscriptionIdentifier = fc.integer({ min: 1, max: 268_435_455 });
  return packet(version, fields, { subscriptionIdentifier, userProperties });
}

function unsubscribe(version: Version): fc.Arbitrary<Packet> {
  const unsubscriptions = fc.array(someText, { minLength: 1, maxLength: 4 });
  return packet(version, { cmd: fc.constant('unsubscribe'), messageId: id, unsubscriptions }, { userProperties });
}

function disconnect(version: Version): fc.Arbitrary<Packet> {
  const properties = { sessionExpiryInterval: seconds, ...ackProperties };
  return packet(version, { cmd: fc.constant('disconnect') }, properties, { reasonCode: fc.constantFrom(0, 4, 0x82) });
}

const packetsOfVersion = (version: Version): fc.Arbitrary<Packet> =>
  fc.oneof(
    publish(version),
    connect(version),
    acknowledgement(version),
    subscribe(version),
    unsubscribe(version),
    disconnect(version),
    fc.constant<Packet>({ cmd: 'pingreq' }),
  );

/** Generators of client packets, by protocol version. */
export const clientPackets: Readonly<Record<Version, fc.Arbitrary<Packet>>> = {
  4: packetsOfVersion(4),
  5: packetsOfVersion(5),
};
