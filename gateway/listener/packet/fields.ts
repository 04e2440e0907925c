/**
 * Reads the fields of one packet (MQTT 5 section 1.5). The cursor keeps the first fault. After a fault the cursor is at
 * the end of the packet and each read returns an empty field. So a decoder can read all fields without a check after
 * each field.
 */
import { isUtf8 } from 'node:buffer';
import { type ReasonCode, reason } from '../../core/reasons.ts';

/** The protocol level: 4 for MQTT 3.1.1, 5 for MQTT 5. */
export type Version = 4 | 5;

/** Why a packet is refused. `reasonString` contains nothing that the client sent. */
export type Violation = { readonly type: 'violation'; readonly code: ReasonCode; readonly reasonString: string };

/** A position in one whole packet. `index` is the index of the next byte to read. */
export type Cursor = {
  readonly bytes: Buffer;
  readonly version: Version;
  index: number;
  fault: Violation | undefined;
};

/**
 * Notes a fault and moves the cursor to the end of the packet. Returns the first fault of the packet, which may be
 * older than the noted fault.
 */
export function fail(cursor: Cursor, explanation: string, code: ReasonCode = reason.malformedPacket): Violation {
  cursor.fault ??= { type: 'violation', code, reasonString: explanation };
  cursor.index = cursor.bytes.length;
  return cursor.fault;
}

const endsWithinField = 'The packet ends within a field.';

/** Returns whether all bytes of the packet are read. Also returns true after a fault. */
export function isAtEnd(cursor: Cursor): boolean {
  return cursor.index >= cursor.bytes.length;
}

/**
 * Checks the reserved flags of the fixed header against table 2-2 [MQTT-2.1.3-1]; in 3.1.1 [MQTT-2.2.2-1]
 * [MQTT-2.2.2-2].
 */
export function requireFlags(cursor: Cursor, flags: number): void {
  if ((cursor.bytes[0]! & 0x0f) !== flags) fail(cursor, 'A reserved flag of the fixed header has a wrong value.');
}

export function skipBytes(cursor: Cursor, count: number): void {
  const end = cursor.index + count;
  if (end > cursor.bytes.length) fail(cursor, endsWithinField);
  else cursor.index = end;
}

/** Reads one byte (section 1.5.1). */
export function readByte(cursor: Cursor, explanation = endsWithinField): number {
  const byte = cursor.bytes[cursor.index];
  if (byte === undefined) {
    fail(cursor, explanation);
    return 0;
  }
  cursor.index += 1;
  return byte;
}

/** Reads a Two Byte Integer (section 1.5.2). */
export function readU16(cursor: Cursor): number {
  const { index } = cursor;
  skipBytes(cursor, 2);
  return cursor.fault ? 0 : cursor.bytes.readUInt16BE(index);
}

/** Reads a Four Byte Integer (section 1.5.3). */
export function readU32(cursor: Cursor): number {
  const { index } = cursor;
  skipBytes(cursor, 4);
  return cursor.fault ? 0 : cursor.bytes.readUInt32BE(index);
}

/** Reads a Variable Byte Integer (section 1.5.5), which must not use more bytes than necessary [MQTT-1.5.5-1]. */
export function readVarInt(cursor: Cursor): number {
  let value = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = cursor.bytes[cursor.index];
    cursor.index += 1;
    if (byte === undefined) break;
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) {
      if (byte === 0 && i > 0) break;
      return value;
    }
  }
  fail(cursor, 'A Variable Byte Integer is malformed.');
  return 0;
}

/** Reads a packet identifier, which must not be 0 [MQTT-2.2.1-3]; in 3.1.1 [MQTT-2.3.1-1]. */
export function readPacketId(cursor: Cursor): number {
  const id = readU16(cursor);
  if (id === 0) fail(cursor, 'A packet identifier must not be 0.', reason.protocolError);
  return id;
}

/** Reads binary data (section 1.5.6). Returns a view of the packet's bytes, not a copy. */
export function readBinary(cursor: Cursor): Buffer {
  const length = readU16(cursor);
  const from = cursor.index;
  skipBytes(cursor, length);
  return cursor.bytes.subarray(from, cursor.index);
}

/** Reads a UTF-8 string (section 1.5.4). */
export function readString(cursor: Cursor): string {
  const from = cursor.index + 2;
  skipString(cursor);
  return cursor.fault ? '' : cursor.bytes.toString('utf8', from, cursor.index);
}

/**
 * Skips a string and checks it: a string must be UTF-8 without surrogates [MQTT-1.5.4-1] and without U+0000
 * [MQTT-1.5.4-2]; in 3.1.1 [MQTT-1.4.0-1] [MQTT-1.4.0-2]. U+FEFF is allowed [MQTT-1.5.4-3].
 */
export function skipString(cursor: Cursor): void {
  const length = readU16(cursor);
  const from = cursor.index;
  skipBytes(cursor, length);
  // After a fault, `index` is the end of the packet and not the end of the string.
  if (cursor.fault) return;
  for (let i = from; i < cursor.index; i += 1) {
    const byte = cursor.bytes[i]!;
    if (byte === 0) {
      fail(cursor, 'A string contains U+0000.');
      return;
    }
    if (byte >= 0x80) {
      checkUtf8(cursor, cursor.bytes.subarray(i, cursor.index));
      return;
    }
  }
}

function checkUtf8(cursor: Cursor, rest: Buffer): void {
  if (!isUtf8(rest) || rest.includes(0)) fail(cursor, 'A string is not UTF-8.');
}
