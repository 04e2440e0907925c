/**
 * Whether a whole packet is well formed, byte by byte: the rules that `mqtt-packet`, which reads it afterwards, does not hold.
 * UTF-8 without U+0000 [MQTT-1.5.4-1] [MQTT-1.5.4-2], nothing past the end, nothing left over, packet ids that are not 0
 * [MQTT-2.2.1-3], properties of the right packet, type and number.
 */
import { isUtf8 } from 'node:buffer';
import { type ReasonCode, reason } from '../core/reasons.ts';
import { isTopicName } from '../core/topics.ts';
import { clientProperties, type PropertyHolder } from './properties.ts';
import { clientReasonCodes } from './reason-codes.ts';

/** Why a connection is closed. The words are ours: they repeat nothing that was sent. */
export type Violation = { readonly code: ReasonCode; readonly words: string };

type Cursor = { readonly bytes: Buffer; at: number; readonly version: 4 | 5; fault: Violation | undefined };

/** The packet type of a frame: the high four bits of its first byte (table 2-1). */
export function packetType(frame: Buffer): number {
  return frame[0]! >> 4;
}

/**
 * Checks a packet that a client may send once it is connected, or a CONNECT of a version that we speak.
 * @returns what is wrong, undefined where nothing is
 */
export function checkFrame(frame: Buffer, version: 4 | 5): Violation | undefined {
  const cursor: Cursor = { bytes: frame, at: headerBytes(frame), version, fault: undefined };
  // [MQTT-1.5.5-1]: a Remaining Length whose last byte is 0 could have been shorter.
  if (version === 5 && cursor.at > 2 && frame[cursor.at - 1] === 0) {
    return { code: reason.malformedPacket, words: 'The Remaining Length is longer than it need be.' };
  }
  const flags = frame[0]! & 0x0f;
  switch (packetType(frame)) {
    case 1:
      if (flagsAre(cursor, flags, 0)) connect(cursor);
      break;
    case 3:
      publish(cursor, flags);
      break;
    case 4:
    case 5:
    case 7:
      if (flagsAre(cursor, flags, 0)) acknowledgement(cursor);
      break;
    case 6:
      if (flagsAre(cursor, flags, 2)) acknowledgement(cursor);
      break;
    case 8:
      if (flagsAre(cursor, flags, 2)) topicList(cursor, 'subscribe');
      break;
    case 10:
      if (flagsAre(cursor, flags, 2)) topicList(cursor, 'unsubscribe');
      break;
    case 12:
      flagsAre(cursor, flags, 0);
      break;
    case 14:
      if (flagsAre(cursor, flags, 0)) reasonAndProperties(cursor, 'disconnect');
      break;
    case 15:
      if (flagsAre(cursor, flags, 0) && reasonAndProperties(cursor, 'auth')) unasked(cursor);
      break;
    default:
      return { code: reason.protocolError, words: 'A client does not send this packet type.' };
  }
  if (cursor.fault === undefined && cursor.at !== frame.length)
    malformed(cursor, 'The packet is longer than its fields.');
  return cursor.fault;
}

/** Name and level of a CONNECT, which stand before anything that differs by version; undefined where it has none. */
export function connectProtocol(frame: Buffer): { readonly name: string; readonly level: number } | undefined {
  const cursor: Cursor = { bytes: frame, at: headerBytes(frame), version: 5, fault: undefined };
  const from = cursor.at + 2;
  if (!string(cursor)) return undefined;
  const level = frame[cursor.at];
  return level === undefined ? undefined : { name: frame.toString('latin1', from, cursor.at), level };
}

function headerBytes(frame: Buffer): number {
  let at = 1;
  while (frame[at]! >= 0x80) at += 1;
  return at + 1;
}

function malformed(cursor: Cursor, words: string, code: ReasonCode = reason.malformedPacket): false {
  cursor.fault ??= { code, words };
  return false;
}

/** [MQTT-2.1.3-1]: reserved flags have the value of table 2-2. */
function flagsAre(cursor: Cursor, flags: number, wanted: number): boolean {
  return flags === wanted || malformed(cursor, 'A reserved flag of the fixed header is wrong.');
}

function connect(c: Cursor): boolean {
  if (!string(c)) return false;
  c.at += 1;
  const flags = c.bytes[c.at];
  if (flags === undefined) return malformed(c, 'CONNECT ends before its flags.');
  c.at += 1;
  const will = (flags & 0x04) !== 0;
  const willQos = (flags >> 3) & 3;
  if ((flags & 0x01) !== 0) return malformed(c, 'The reserved CONNECT flag is set.'); // [MQTT-3.1.2-3]
  if (willQos === 3 || (!will && (flags & 0x38) !== 0)) return malformed(c, 'The will flags contradict each other.'); // [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13]
  // 3.1.1 [MQTT-3.1.2-22]: no password without a user name. MQTT 5 allows it.
  if (c.version === 4 && (flags & 0xc0) === 0x40) return malformed(c, 'A password comes without a user name.');
  if (!bytes(c, 2)) return false;
  if (c.version === 5 && !properties(c, 'connect')) return false;
  if (!string(c)) return false;
  if (will && !((c.version === 4 || properties(c, 'will')) && string(c) && binary(c))) return false;
  if ((flags & 0x80) !== 0 && !string(c)) return false;
  return (flags & 0x40) === 0 || binary(c);
}

function publish(c: Cursor, flags: number): boolean {
  const qos = (flags >> 1) & 3;
  if (qos === 3) return malformed(c, 'QoS 3 does not exist.'); // [MQTT-3.3.1-4]
  if (qos === 0 && (flags & 0x08) !== 0) return malformed(c, 'DUP is set at QoS 0.'); // [MQTT-3.3.1-2]
  if (!string(c)) return false;
  if (qos > 0 && !packetId(c)) return false;
  if (c.version === 5 && !properties(c, 'publish')) return false;
  c.at = c.bytes.length;
  return true;
}

function acknowledgement(c: Cursor): boolean {
  if (!packetId(c)) return false;
  return c.version === 4 || reasonAndProperties(c, 'ack');
}

/** An AUTH that is well formed: no method is ever agreed on, so none may come [MQTT-4.12.0-7]. */
function unasked(c: Cursor): boolean {
  if (c.version === 4 || c.at !== c.bytes.length) return true;
  return malformed(c, 'AUTH comes without an authentication method.', reason.protocolError);
}

/** Reason code and properties, both of which may be left out at the end (sections 3.4.2.1, 3.14.2.1). */
function reasonAndProperties(c: Cursor, holder: PropertyHolder): boolean {
  if (c.at === c.bytes.length) return true;
  if (c.version === 4) return malformed(c, 'The packet is longer than its fields.');
  const code = c.bytes[c.at]!;
  c.at += 1;
  if (!clientReasonCodes.get(packetType(c.bytes))?.has(code)) {
    return malformed(c, 'The reason code does not belong into this packet.', reason.protocolError);
  }
  return c.at === c.bytes.length || properties(c, holder);
}

function topicList(c: Cursor, holder: 'subscribe' | 'unsubscribe'): boolean {
  if (!packetId(c)) return false;
  if (c.version === 5 && !properties(c, holder)) return false;
  // [MQTT-3.8.3-2] [MQTT-3.10.3-2]: at least one filter.
  if (c.at >= c.bytes.length) return malformed(c, 'The list of topic filters is empty.', reason.protocolError);
  while (c.at < c.bytes.length) {
    if (!string(c)) return false;
    if (holder === 'unsubscribe') continue;
    const options = c.bytes[c.at];
    c.at += 1;
    if (options === undefined) return malformed(c, 'A topic filter comes without options.');
    const reserved = c.version === 5 ? 0xc0 : 0xfc;
    if ((options & reserved) !== 0) return malformed(c, 'Subscription options are wrong.'); // [MQTT-3.8.3-5]
    if ((options & 3) === 3) {
      // Section 3.8.3.1; in 3.1.1 it is one of the reserved bits [MQTT-3.8.3-4].
      const code = c.version === 5 ? reason.protocolError : reason.malformedPacket;
      return malformed(c, 'A subscription asks for QoS 3, which does not exist.', code);
    }
    if ((options & 0x30) === 0x30) return malformed(c, 'Retain Handling 3 does not exist.', reason.protocolError);
  }
  return true;
}

function bytes(c: Cursor, count: number): boolean {
  c.at += count;
  return c.at <= c.bytes.length || malformed(c, 'The packet ends within a field.');
}

function u16(c: Cursor): number {
  const { at } = c;
  return bytes(c, 2) ? c.bytes.readUInt16BE(at) : -1;
}

function packetId(c: Cursor): boolean {
  const id = u16(c);
  if (id === -1) return false;
  return id !== 0 || malformed(c, 'A packet identifier is 0.', reason.protocolError);
}

function binary(c: Cursor): boolean {
  const length = u16(c);
  return length !== -1 && bytes(c, length);
}

function string(c: Cursor): boolean {
  const length = u16(c);
  if (length === -1) return false;
  const from = c.at;
  if (!bytes(c, length)) return false;
  for (let i = from; i < c.at; i += 1) {
    const byte = c.bytes[i]!;
    if (byte === 0) return malformed(c, 'A string holds U+0000.');
    if (byte >= 0x80) return restIsUtf8(c, i);
  }
  return true;
}

function restIsUtf8(c: Cursor, from: number): boolean {
  const rest = c.bytes.subarray(from, c.at);
  return (isUtf8(rest) && !rest.includes(0)) || malformed(c, 'A string is not UTF-8.');
}

/** A Variable Byte Integer in as few bytes as it needs [MQTT-1.5.5-1]; -1 where it is none. */
function varInt(c: Cursor): number {
  let value = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = c.bytes[c.at];
    c.at += 1;
    if (byte === undefined) break;
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) {
      if (byte === 0 && i > 0) break;
      return value;
    }
  }
  malformed(c, 'A Variable Byte Integer is wrong.');
  return -1;
}

function properties(c: Cursor, holder: PropertyHolder): boolean {
  const length = varInt(c);
  if (length === -1) return false;
  if (length === 0) return true;
  const end = c.at + length;
  if (end > c.bytes.length) return malformed(c, 'The properties are longer than the packet.');
  const seen = new Set<number>();
  while (c.at < end) {
    const id = varInt(c);
    if (id === -1) return false;
    const property = clientProperties.get(id);
    if (property?.serverOnly === holder) {
      return malformed(c, 'A property is one that only a server sends.', reason.protocolError);
    }
    if (!property?.in.includes(holder)) return malformed(c, 'A property does not belong into this packet.');
    if (seen.has(id) && !property.many) return malformed(c, 'A property stands twice.', reason.protocolError);
    seen.add(id);
    const from = c.at;
    if (!value(c, property.type)) return false;
    if (c.at > end) return malformed(c, 'A property is longer than the properties.');
    const isZero = isNumber(property.type) && c.bytes.subarray(from, c.at).every((byte) => byte === 0);
    if (isZero && property.zero !== undefined) return malformed(c, 'A property is 0 that may not be.', property.zero);
    if (property.flag && c.bytes[from]! > 1)
      return malformed(c, 'A property is neither 0 nor 1.', reason.protocolError);
    if (property.topicName && !isTopicName(c.bytes.toString('latin1', from + 2, c.at)))
      return malformed(c, 'A response topic is no topic name.', reason.protocolError);
  }
  return true;
}

function isNumber(type: string): boolean {
  return type === 'byte' || type === 'u16' || type === 'u32' || type === 'var';
}

function value(c: Cursor, type: string): boolean {
  switch (type) {
    case 'byte':
      return bytes(c, 1);
    case 'u16':
      return bytes(c, 2);
    case 'u32':
      return bytes(c, 4);
    case 'var':
      return varInt(c) !== -1;
    case 'string':
      return string(c);
    case 'pair':
      return string(c) && string(c);
    default:
      return binary(c);
  }
}
