/**
 * Reads the properties of MQTT 5 that a client may send (table 2-4). The table `rules` says which type each property has, which packets may
 * have it, and which values are errors. A packet without properties has the property length 0 [MQTT-2.2.2-1].
 */
import { type ReasonCode, reason } from '../../core/reasons.ts';
import { isTopicName } from '../../core/topics.ts';
import {
  type Cursor,
  fail,
  isAtEnd,
  readBinary,
  readByte,
  readU16,
  readU32,
  readVarInt,
  skipString,
} from './fields.ts';

export type PropertyHolder =
  | 'connect'
  | 'will'
  | 'publish'
  | 'ack'
  | 'subscribe'
  | 'unsubscribe'
  | 'disconnect'
  | 'auth';

/** Identifiers of the properties that the gateway uses. */
export const property = {
  subscriptionIdentifier: 0x0b,
  sessionExpiryInterval: 0x11,
  authenticationMethod: 0x15,
  authenticationData: 0x16,
  requestProblemInformation: 0x17,
  willDelayInterval: 0x18,
  topicAlias: 0x23,
  maximumPacketSize: 0x27,
} as const;

/** The values of properties by identifier, in the order of the packet. Undefined for texts and binary data, which the gateway does not use. */
export type Properties = ReadonlyMap<number, number | undefined>;

type PropertyRule = {
  readonly type: 'byte' | 'u16' | 'u32' | 'var' | 'string' | 'pair' | 'binary';
  readonly in: readonly PropertyHolder[];
  /** The packet in which only a server may send the property. A client that sends it commits a protocol error. */
  readonly serverOnly?: PropertyHolder;
  /** The property may come more than once. */
  readonly many?: true;
  /** The reason code if the value is 0 and 0 is an error. */
  readonly zero?: ReasonCode;
  /** The value must be 0 or 1. */
  readonly flag?: true;
  /** The value must be a topic name: not empty and without wildcards. */
  readonly topicName?: true;
};

const messageHolders: readonly PropertyHolder[] = ['will', 'publish'];
const allHolders: readonly PropertyHolder[] = [
  ...messageHolders,
  ...(['connect', 'ack', 'subscribe', 'unsubscribe', 'disconnect', 'auth'] as const),
];

/** The rules by identifier. The comment at each rule names the section of the standard. */
const rules: ReadonlyMap<number, PropertyRule> = new Map<number, PropertyRule>([
  [0x01, { type: 'byte', in: messageHolders, flag: true }], // Payload Format Indicator, 3.3.2.3.2
  [0x02, { type: 'u32', in: messageHolders }], // Message Expiry Interval, 3.3.2.3.3
  [0x03, { type: 'string', in: messageHolders }], // Content Type, 3.3.2.3.9 [MQTT-3.3.2-19]
  [0x08, { type: 'string', in: messageHolders, topicName: true }], // Response Topic, 3.3.2.3.5 [MQTT-3.3.2-13] [MQTT-3.3.2-14]
  [0x09, { type: 'binary', in: messageHolders }], // Correlation Data, 3.3.2.3.6
  // Subscription Identifier, 3.8.2.1.2; a client must not send it in PUBLISH [MQTT-3.3.4-6].
  [
    property.subscriptionIdentifier,
    { type: 'var', in: ['subscribe'], serverOnly: 'publish', zero: reason.protocolError },
  ],
  [property.sessionExpiryInterval, { type: 'u32', in: ['connect', 'disconnect'] }], // 3.1.2.11.2, 3.14.2.2.2
  [property.authenticationMethod, { type: 'string', in: ['connect', 'auth'] }], // 3.1.2.11.9, 3.15.2.2.2
  [property.authenticationData, { type: 'binary', in: ['connect', 'auth'] }], // 3.1.2.11.10, 3.15.2.2.3
  [property.requestProblemInformation, { type: 'byte', in: ['connect'], flag: true }], // 3.1.2.11.7
  [property.willDelayInterval, { type: 'u32', in: ['will'] }], // 3.1.3.2.2
  [0x19, { type: 'byte', in: ['connect'], flag: true }], // Request Response Information, 3.1.2.11.6
  [0x1c, { type: 'string', in: [], serverOnly: 'disconnect' }], // Server Reference, 3.14.2.2.5
  [0x1f, { type: 'string', in: ['ack', 'disconnect', 'auth'] }], // Reason String, 3.4.2.2.2
  [0x21, { type: 'u16', in: ['connect'], zero: reason.protocolError }], // Receive Maximum, 3.1.2.11.3
  [0x22, { type: 'u16', in: ['connect'] }], // Topic Alias Maximum, 3.1.2.11.5
  [property.topicAlias, { type: 'u16', in: ['publish'], zero: reason.topicAliasInvalid }], // 3.3.2.3.4 [MQTT-3.3.2-8]
  [0x26, { type: 'pair', in: allHolders, many: true }], // User Property, 3.1.2.11.8
  [property.maximumPacketSize, { type: 'u32', in: ['connect'], zero: reason.protocolError }], // 3.1.2.11.4
]);

const noProperties: Properties = new Map();

/** Reads the properties of a packet or a will. Returns no properties in MQTT 3.1.1, which does not have them. */
export function readProperties(c: Cursor, holder: PropertyHolder): Properties {
  if (c.version === 4) return noProperties;
  const length = readVarInt(c);
  if (length === 0) return noProperties;
  const end = c.at + length;
  if (end > c.bytes.length) fail(c, 'The properties are longer than the packet.');
  const properties = new Map<number, number | undefined>();
  while (!c.fault && c.at < end) readProperty(c, holder, end, properties);
  return properties;
}

/** Reads the properties at the end of a packet, which may be left out with their length (sections 3.4.2.2.1, 3.14.2.2.1). */
export function readLastProperties(c: Cursor, holder: PropertyHolder): Properties {
  return isAtEnd(c) ? noProperties : readProperties(c, holder);
}

function readProperty(c: Cursor, holder: PropertyHolder, end: number, properties: Map<number, number | undefined>) {
  const id = readVarInt(c);
  if (c.fault) return;
  const rule = rules.get(id);
  if (rule?.serverOnly === holder) fail(c, 'A client must not send this property.', reason.protocolError);
  else if (!rule?.in.includes(holder)) fail(c, 'This packet must not have this property.');
  else if (properties.has(id) && !rule.many) fail(c, 'A property comes twice.', reason.protocolError);
  else properties.set(id, readValue(c, rule, end));
}

function readValue(c: Cursor, rule: PropertyRule, end: number): number | undefined {
  const from = c.at;
  const value = readByType(c, rule.type);
  if (c.fault) return undefined;
  if (c.at > end) fail(c, 'A property is longer than the property length.');
  else if (value === 0 && rule.zero !== undefined) fail(c, 'A property is 0, which is not allowed.', rule.zero);
  else if (rule.flag && value! > 1) fail(c, 'A property must be 0 or 1.', reason.protocolError);
  else if (rule.topicName && !isTopicName(c.bytes.toString('latin1', from + 2, c.at))) {
    fail(c, 'The response topic is not a valid topic name.', reason.protocolError);
  }
  return value;
}

function readByType(c: Cursor, type: PropertyRule['type']): number | undefined {
  switch (type) {
    case 'byte':
      return readByte(c);
    case 'u16':
      return readU16(c);
    case 'u32':
      return readU32(c);
    case 'var':
      return readVarInt(c);
    case 'string':
      skipString(c);
      return undefined;
    case 'pair':
      // Section 1.5.7 [MQTT-1.5.7-1].
      skipString(c);
      skipString(c);
      return undefined;
    case 'binary':
      readBinary(c);
      return undefined;
  }
}
