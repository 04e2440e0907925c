/**
 * Reads the properties of MQTT 5 that a client may send (table 2-4). The table `rules` says which type each property
 * has, which packets may have the property, and which values are errors. A packet without properties has the property
 * length 0 [MQTT-2.2.2-1].
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

/**
 * The values of properties by identifier, in the order of the packet. Undefined for texts and binary data, which the
 * gateway does not use.
 */
export type Properties = ReadonlyMap<number, number | undefined>;

type PropertyRule = {
  readonly type: 'byte' | 'u16' | 'u32' | 'var' | 'string' | 'pair' | 'binary';
  readonly holders: readonly PropertyHolder[];
  /**
   * The packet in which only a server may send the property. If a client sends the property, it commits a protocol
   * error.
   */
  readonly serverOnly?: PropertyHolder;
  /** Set if the property may come more than once. */
  readonly mayRepeat?: true;
  /** The reason code for the value 0; absent if 0 is no error. */
  readonly zeroCode?: ReasonCode;
  /** Set if the value must be 0 or 1. */
  readonly mustBeFlag?: true;
  /** Set if the value must be a topic name: not empty and without wildcards. */
  readonly mustBeTopicName?: true;
};

const messageHolders: readonly PropertyHolder[] = ['will', 'publish'];
const allHolders: readonly PropertyHolder[] = [
  ...messageHolders,
  ...(['connect', 'ack', 'subscribe', 'unsubscribe', 'disconnect', 'auth'] as const),
];

/** The rules by identifier. The comment at each rule names the section of the standard. */
const rules: ReadonlyMap<number, PropertyRule> = new Map<number, PropertyRule>([
  [0x01, { type: 'byte', holders: messageHolders, mustBeFlag: true }], // Payload Format Indicator, 3.3.2.3.2
  [0x02, { type: 'u32', holders: messageHolders }], // Message Expiry Interval, 3.3.2.3.3
  [0x03, { type: 'string', holders: messageHolders }], // Content Type, 3.3.2.3.9 [MQTT-3.3.2-19]
  [0x08, { type: 'string', holders: messageHolders, mustBeTopicName: true }], // Response Topic, 3.3.2.3.5 [MQTT-3.3.2-13] [MQTT-3.3.2-14]
  [0x09, { type: 'binary', holders: messageHolders }], // Correlation Data, 3.3.2.3.6
  // Subscription Identifier, 3.8.2.1.2; a client must not send it in PUBLISH [MQTT-3.3.4-6].
  [
    property.subscriptionIdentifier,
    { type: 'var', holders: ['subscribe'], serverOnly: 'publish', zeroCode: reason.protocolError },
  ],
  [property.sessionExpiryInterval, { type: 'u32', holders: ['connect', 'disconnect'] }], // 3.1.2.11.2, 3.14.2.2.2
  [property.authenticationMethod, { type: 'string', holders: ['connect', 'auth'] }], // 3.1.2.11.9, 3.15.2.2.2
  [property.authenticationData, { type: 'binary', holders: ['connect', 'auth'] }], // 3.1.2.11.10, 3.15.2.2.3
  [property.requestProblemInformation, { type: 'byte', holders: ['connect'], mustBeFlag: true }], // 3.1.2.11.7
  [property.willDelayInterval, { type: 'u32', holders: ['will'] }], // 3.1.3.2.2
  [0x19, { type: 'byte', holders: ['connect'], mustBeFlag: true }], // Request Response Information, 3.1.2.11.6
  [0x1c, { type: 'string', holders: [], serverOnly: 'disconnect' }], // Server Reference, 3.14.2.2.5
  [0x1f, { type: 'string', holders: ['ack', 'disconnect', 'auth'] }], // Reason String, 3.4.2.2.2
  [0x21, { type: 'u16', holders: ['connect'], zeroCode: reason.protocolError }], // Receive Maximum, 3.1.2.11.3
  [0x22, { type: 'u16', holders: ['connect'] }], // Topic Alias Maximum, 3.1.2.11.5
  [property.topicAlias, { type: 'u16', holders: ['publish'], zeroCode: reason.topicAliasInvalid }], // 3.3.2.3.4 [MQTT-3.3.2-8]
  [0x26, { type: 'pair', holders: allHolders, mayRepeat: true }], // User Property, 3.1.2.11.8
  [property.maximumPacketSize, { type: 'u32', holders: ['connect'], zeroCode: reason.protocolError }], // 3.1.2.11.4
]);

const noProperties: Properties = new Map();

/** Reads the properties of a packet or a will. Returns no properties in MQTT 3.1.1, which does not have them. */
export function readProperties(cursor: Cursor, holder: PropertyHolder): Properties {
  if (cursor.version === 4) return noProperties;
  const length = readVarInt(cursor);
  if (length === 0) return noProperties;
  const end = cursor.index + length;
  if (end > cursor.bytes.length) fail(cursor, 'The properties are longer than the packet.');
  const properties = new Map<number, number | undefined>();
  while (!cursor.fault && cursor.index < end) readProperty(cursor, holder, end, properties);
  return properties;
}

/**
 * Reads the properties at the end of a packet. At the end, the properties may be left out together with their length
 * (sections 3.4.2.2.1, 3.14.2.2.1).
 */
export function readLastProperties(cursor: Cursor, holder: PropertyHolder): Properties {
  return isAtEnd(cursor) ? noProperties : readProperties(cursor, holder);
}

function readProperty(
  cursor: Cursor,
  holder: PropertyHolder,
  end: number,
  properties: Map<number, number | undefined>,
) {
  const id = readVarInt(cursor);
  if (cursor.fault) return;
  const rule = rules.get(id);
  if (rule?.serverOnly === holder) fail(cursor, 'A client must not send this property.', reason.protocolError);
  else if (!rule?.holders.includes(holder)) fail(cursor, 'This packet must not have this property.');
  else if (properties.has(id) && !rule.mayRepeat) fail(cursor, 'A property comes twice.', reason.protocolError);
  else properties.set(id, readValue(cursor, rule, end));
}

function readValue(cursor: Cursor, rule: PropertyRule, end: number): number | undefined {
  const from = cursor.index;
  const value = readByType(cursor, rule.type);
  if (cursor.fault) return undefined;
  if (cursor.index > end) fail(cursor, 'A property is longer than the property length.');
  else if (value === 0 && rule.zeroCode !== undefined)
    fail(cursor, 'A property is 0, which is not allowed.', rule.zeroCode);
  else if (rule.mustBeFlag && value! > 1) fail(cursor, 'A property must be 0 or 1.', reason.protocolError);
  else if (rule.mustBeTopicName && !isTopicName(cursor.bytes.toString('latin1', from + 2, cursor.index))) {
    fail(cursor, 'The response topic is not a valid topic name.', reason.protocolError);
  }
  return value;
}

function readByType(cursor: Cursor, type: PropertyRule['type']): number | undefined {
  switch (type) {
    case 'byte':
      return readByte(cursor);
    case 'u16':
      return readU16(cursor);
    case 'u32':
      return readU32(cursor);
    case 'var':
      return readVarInt(cursor);
    case 'string':
      skipString(cursor);
      return undefined;
    case 'pair':
      // Section 1.5.7 [MQTT-1.5.7-1].
      skipString(cursor);
      skipString(cursor);
      return undefined;
    case 'binary':
      readBinary(cursor);
      return undefined;
  }
}
