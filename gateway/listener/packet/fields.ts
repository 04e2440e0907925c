/**
 * Reads the fields of one packet (MQTT 5 section 1.5). The cursor keeps the first fault. After a fault the cursor is at the end of the packet
 * and each read returns an empty field. So a decoder can read all its fields without a check after each.
 */
import { isUtf8 } from 'node:buffer';
import { type ReasonCode, reason } from '../../core/reasons.ts';

/** The protocol level: 4 for MQTT 3.1.1, 5 for MQTT 5. */
export type Version = 4 | 5;

/** Why a packet is refused. `reasonString` contains nothing that the client sent. */
export type Violation = { readonly type: 'violation'; readonly code: ReasonCode; readonly reasonString: string };

/** A position in one whole packet. `at` is the index of the next byte to read. */
export type Cursor = {
  readonly bytes: Buffer;
  readonly version: Version;
  at: number;
  fault: Violation | undefined;
};

/** Notes a fault and moves the cursor to the end of the packet. Returns the first fault of the packet, which may be an earlier fault. */
export function fail(c: Cursor, explanation: string, code: ReasonCode = reason.malformedPacket): Violation {
  c.fault ??= { type: 'violation', code, reasonString: explanation };
  c.at = c.bytes.length;
  return c.fault;
}

const endsWithinField = 'The packet ends within a field.';

/** Returns whether all bytes of the packet are read. Also returns true after a fault. */
export function isAtEnd(c: Cursor): boolean {
  return c.at >= c.bytes.length;
}

/** Checks the reserved flags of the fixed header against table 2-2 [MQTT-2.1.3-1]; in 3.1.1 [MQTT-2.2.2-1] [MQTT-2.2.2-2]. */
export function requireFlags(c: Cursor, flags: number): void {
  if ((c.bytes[0]! & 0x0f) !== flags) fail(c, 'A reserved flag of the fixed header has a wrong value.');
}

export function skipBytes(c: Cursor, count: number): void {
  const end = c.at + count;
  if (end > c.bytes.length) fail(c, endsWithinField);
  else c.at = end;
}

/** Reads one byte (section 1.5.1). */
export function readByte(c: Cursor, explanation = endsWithinField): number {
  const byte = c.bytes[c.at];
  if (byte === undefined) {
    fail(c, explanation);
    return 0;
  }
  c.at += 1;
  return byte;
}

/** Reads a Two Byte Integer (section 1.5.2). */
export function readU16(c: Cursor): number {
  const { at } = c;
  skipBytes(c, 2);
  return c.fault ? 0 : c.bytes.readUInt16BE(at);
}

/** Reads a Four Byte Integer (section 1.5.3). */
export function readU32(c: Cursor): number {
  const { at } = c;
  skipBytes(c, 4);
  return c.fault ? 0 : c.bytes.readUInt32BE(at);
}

/** Reads a Variable Byte Integer (section 1.5.5), which must not use more bytes than necessary [MQTT-1.5.5-1]. */
export function readVarInt(c: Cursor): number {
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
  fail(c, 'A Variable Byte Integer is malformed.');
  return 0;
}

/** Reads a packet identifier, which must not be 0 [MQTT-2.2.1-3]; in 3.1.1 [MQTT-2.3.1-1]. */
export function readPacketId(c: Cursor): number {
  const id = readU16(c);
  if (id === 0) fail(c, 'A packet identifier must not be 0.', reason.protocolError);
  return id;
}

/** Reads binary data (section 1.5.6). Returns a view of the packet's bytes, not a copy. */
export function readBinary(c: Cursor): Buffer {
  const length = readU16(c);
  const from = c.at;
  skipBytes(c, length);
  return c.bytes.subarray(from, c.at);
}

/** Reads a UTF-8 string (section 1.5.4). */
export function readString(c: Cursor): string {
  const from = c.at + 2;
  skipString(c);
  return c.fault ? '' : c.bytes.toString('utf8', from, c.at);
}

/**
 * Skips a string and checks it: a string must be UTF-8 without surrogates [MQTT-1.5.4-1] and without U+0000 [MQTT-1.5.4-2]; in 3.1.1
 * [MQTT-1.4.0-1] [MQTT-1.4.0-2]. U+FEFF is allowed [MQTT-1.5.4-3].
 */
export function skipString(c: Cursor): void {
  const length = readU16(c);
  const from = c.at;
  skipBytes(c, length);
  // After a fault, `at` is the end of the packet and not the end of the string.
  if (c.fault) return;
  for (let i = from; i < c.at; i += 1) {
    const byte = c.bytes[i]!;
    if (byte === 0) {
      fail(c, 'A string contains U+0000.');
      return;
    }
    if (byte >= 0x80) {
      checkUtf8(c, c.bytes.subarray(i, c.at));
      return;
    }
  }
}

function checkUtf8(c: Cursor, rest: Buffer): void {
  if (!isUtf8(rest) || rest.includes(0)) fail(c, 'A string is not UTF-8.');
}
