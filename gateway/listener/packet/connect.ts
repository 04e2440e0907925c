/** Decodes CONNECT (MQTT 5 section 3.1). */
import {
  type Cursor,
  fail,
  readBinary,
  readByte,
  readString,
  readU16,
  requireFlags,
  skipString,
  type Version,
} from './fields.ts';
import { headerBytes } from './framing.ts';
import { property, readProperties } from './properties.ts';

/**
 * A decoded CONNECT. The decoder checks user name and password and drops them, because the certificate identifies the
 * client.
 */
export type Connect = {
  readonly type: 'connect';
  readonly version: Version;
  /** Clean Session in 3.1.1. */
  readonly cleanStart: boolean;
  readonly keepAliveS: number;
  readonly sessionExpiryS: number | undefined;
  /** Maximum Packet Size. */
  readonly packetBytesMax: number | undefined;
  /** Request Problem Information; true if the packet does not have it (section 3.1.2.11.7). */
  readonly problemInformation: boolean;
  readonly hasAuthenticationMethod: boolean;
  readonly hasAuthenticationData: boolean;
  readonly clientId: string;
  readonly will: ConnectWill | undefined;
};

/** The will of a CONNECT. The decoder checks Will Retain and drops it, because the gateway retains no messages. */
export type ConnectWill = {
  /** The handler checks whether this is a valid topic name. */
  readonly topic: string;
  /** A view of the packet's bytes, not a copy. */
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly delayS: number;
};

const flag = { userName: 0x80, password: 0x40, willRetain: 0x20, willQos: 0x18, will: 0x04, clean: 0x02, reserved: 1 };

/**
 * Returns the protocol name and level at the start of a CONNECT, which have the same form in all versions; undefined if
 * they are malformed.
 */
export function protocolOf(frame: Buffer): { readonly name: string; readonly level: number } | undefined {
  const cursor: Cursor = { bytes: frame, version: 5, index: headerBytes(frame), fault: undefined };
  const name = readString(cursor);
  const level = readByte(cursor);
  return cursor.fault ? undefined : { name, level };
}

/**
 * Decodes a CONNECT after `protocolOf` has read its name and level. The fields of its payload have a fixed order
 * [MQTT-3.1.3-1].
 */
export function decodeConnect(cursor: Cursor): Connect {
  requireFlags(cursor, 0);
  skipString(cursor);
  cursor.index += 1;
  const flags = readByte(cursor, 'CONNECT ends before its flags.');
  checkConnectFlags(cursor, flags);
  const keepAliveS = readU16(cursor);
  const properties = readProperties(cursor, 'connect');
  const clientId = readString(cursor); // [MQTT-3.1.3-3] [MQTT-3.1.3-4]
  const will = flags & flag.will ? readWill(cursor, flags) : undefined; // [MQTT-3.1.2-9]
  if (flags & flag.userName) skipString(cursor); // [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.3-12]
  if (flags & flag.password) readBinary(cursor); // [MQTT-3.1.2-18] [MQTT-3.1.2-19]
  return {
    type: 'connect',
    version: cursor.version,
    cleanStart: (flags & flag.clean) !== 0,
    keepAliveS,
    sessionExpiryS: properties.get(property.sessionExpiryInterval),
    packetBytesMax: properties.get(property.maximumPacketSize),
    problemInformation: properties.get(property.requestProblemInformation) !== 0,
    hasAuthenticationMethod: properties.has(property.authenticationMethod),
    hasAuthenticationData: properties.has(property.authenticationData),
    clientId,
    will,
  };
}

function checkConnectFlags(cursor: Cursor, flags: number): void {
  const willQos = (flags & flag.willQos) >> 3;
  const hasWill = (flags & flag.will) !== 0;
  if (flags & flag.reserved) fail(cursor, 'The reserved flag of CONNECT is set.'); // [MQTT-3.1.2-3]
  // [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13], in 3.1.1 [MQTT-3.1.2-13] [MQTT-3.1.2-14] [MQTT-3.1.2-15]
  if (willQos === 3 || (!hasWill && (flags & (flag.willQos | flag.willRetain)) !== 0)) {
    fail(cursor, 'The will flags of CONNECT contradict each other.');
  }
  // [MQTT-3.1.2-22] of 3.1.1 forbids a password without a user name. MQTT 5 allows such a password.
  if (cursor.version === 4 && (flags & (flag.userName | flag.password)) === flag.password) {
    fail(cursor, 'CONNECT has a password without a user name.');
  }
}

function readWill(cursor: Cursor, flags: number): ConnectWill {
  const properties = readProperties(cursor, 'will');
  const topic = readString(cursor); // [MQTT-3.1.3-11]
  const payload = readBinary(cursor);
  const qos = ((flags & flag.willQos) >> 3) as 0 | 1 | 2;
  return { topic, payload, qos, delayS: properties.get(property.willDelayInterval) ?? 0 };
}
