/**
 * Changes that a fuzz run makes to a list of MQTT packets. Pure, so that the same plan always makes the same stream.
 */
import fc from 'fast-check';

/**
 * One change: its kind, the packet, the position in the packet, and the new value. The numbers are reduced modulo the
 * actual lengths.
 */
export type Edit = {
  readonly kind: EditKind;
  readonly packet: number;
  readonly position: number;
  readonly value: number;
};

const kinds = [
  'flip-bit',
  'set-byte',
  'insert-bytes',
  'delete-bytes',
  'truncate',
  'length-off',
  'length-padded',
  'length-endless',
  'inner-length',
  'bad-utf8',
  'properties',
  'first-byte',
  'drop',
  'duplicate',
  'swap',
  'splice',
  'foreign',
] as const;
export type EditKind = (typeof kinds)[number];

export const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...kinds),
  packet: fc.nat(255),
  position: fc.nat(65_535),
  value: fc.nat(0xffffff),
});

const badUtf8 = ['c328', 'eda080', 'f8888080', '00', 'ff', 'c0af', 'f4908080', 'e2'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const boundaryNumbers = [0, 1, 2, 3, 5, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];

/**
 * Applies a change to a list of packets.
 * @param foreign packets of the other MQTT version, which the change `foreign` inserts
 */
export function applyEdit(packets: readonly Buffer[], edit: Edit, foreign: readonly Buffer[]): Buffer[] {
  if (packets.length === 0) return [...packets];
  const index = edit.packet % packets.length;
  const packet = packets[index]!;
  const other = packets[edit.position % packets.length]!;
  switch (edit.kind) {
    case 'drop':
      return packets.toSpliced(index, 1);
    case 'duplicate':
      return packets.toSpliced(index, 0, packet);
    case 'swap':
      return packets.with(index, other).with(edit.position % packets.length, packet);
    case 'splice':
      return packets.with(index, splice(packet, other, edit));
    case 'foreign':
      return packets.toSpliced(index, 0, foreign[edit.position % foreign.length]!);
    default:
      return packets.with(index, changedPacket(packet, edit));
  }
}

function changedPacket(packet: Buffer, edit: Edit): Buffer {
  const { kind, value } = edit;
  const position = edit.position % Math.max(1, packet.length);
  switch (kind) {
    case 'flip-bit':
      return withByte(packet, position, (packet[position] ?? 0) ^ (1 << (value & 7)));
    case 'set-byte':
      return withByte(packet, position, value & 0xff);
    case 'first-byte':
      return withByte(packet, 0, value & 0xff);
    case 'insert-bytes': {
      const bytes = Buffer.alloc(1 + (value % 40), value >> 8);
      return withLengthCorrectedByHalf(
        Buffer.concat([packet.subarray(0, position), bytes, packet.subarray(position)]),
        value,
      );
    }
    case 'delete-bytes': {
      const end = position + 1 + (value % 12);
      return withLengthCorrectedByHalf(Buffer.concat([packet.subarray(0, position), packet.subarray(end)]), value);
    }
    case 'truncate':
      return withLengthCorrectedByHalf(packet.subarray(0, position), value);
    case 'length-off':
      return withLength(packet, Math.max(0, bodyOf(packet).length + lengthError(value)));
    case 'length-padded':
      return Buffer.concat([packet.subarray(0, 1), variableWithExtraByte(bodyOf(packet).length), bodyOf(packet)]);
    case 'length-endless':
      return Buffer.concat([
        packet.subarray(0, 1),
        Buffer.from([0xff, 0xff, 0xff, 0xff, value & 0xff]),
        bodyOf(packet),
      ]);
    case 'inner-length':
      return withInnerLength(packet, edit.position, value);
    case 'bad-utf8':
      return withBytes(packet, position, badUtf8[value % badUtf8.length]!);
    default:
      return withProperties(packet, edit.position, value);
  }
}

/** Corrects the Remaining Length of half of the packets, so that the decoder also reads the rest of these packets. */
function withLengthCorrectedByHalf(packet: Buffer, value: number): Buffer {
  return value & 0x10000 ? withLength(packet, bodyOf(packet).length) : packet;
}

/** Returns the difference between a false length and the true length. */
function lengthError(value: number): number {
  const steps = [-1, 1, -2, 2, 16, 127, 128, 16_384, 262_144, 2_097_152, 268_435_455];
  return steps[value % steps.length]!;
}

function withByte(packet: Buffer, position: number, byte: number): Buffer {
  const copy = Buffer.from(packet);
  if (position < copy.length) copy[position] = byte;
  return copy;
}

function withBytes(packet: Buffer, position: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(packet);
  bytes.copy(copy, position);
  return copy;
}

/** Changes the two length bytes of a string or of binary data somewhere in the packet. */
function withInnerLength(packet: Buffer, choice: number, value: number): Buffer {
  const positions = [];
  for (let i = 2; i + 1 < packet.length; i += 1) if (packet.readUInt16BE(i) <= packet.length - i - 2) positions.push(i);
  const position = positions[choice % Math.max(1, positions.length)];
  if (position === undefined) return packet;
  const copy = Buffer.from(packet);
  copy.writeUInt16BE(boundaryNumbers[value % boundaryNumbers.length]!, position);
  return copy;
}

/**
 * Returns the offset of the MQTT 5 properties in the body of a packet, or undefined if the packet type has no
 * properties.
 */
function propertiesOffset(packet: Buffer, body: Buffer): number | undefined {
  switch ((packet[0] ?? 0) >> 4) {
    case 1:
      return 10;
    case 3: {
      const topic = body.length >= 2 ? body.readUInt16BE(0) : 0;
      return 2 + topic + (((packet[0] ?? 0) & 6) === 0 ? 0 : 2);
    }
    case 8:
    case 10:
      return 2;
    case 4:
    case 5:
    case 6:
    case 7:
      return 3;
    case 14:
    case 15:
      return 1;
    default:
      return undefined;
  }
}

/**
 * Replaces the properties by a random mix of valid and invalid properties, with a correct or a slightly wrong length.
 */
function withProperties(packet: Buffer, seed: number, value: number): Buffer {
  const body = bodyOf(packet);
  const from = propertiesOffset(packet, body);
  if (from === undefined || from >= body.length) return packet;
  const mix = randomProperties(seed, value);
  const lengthInPacket = value & 0x800000 ? Math.max(0, mix.length + lengthError(value >> 3)) : mix.length;
  const propertiesEnd = from + 1 + (body[from] ?? 0);
  const newBody = Buffer.concat([body.subarray(0, from), variable(lengthInPacket), mix, body.subarray(propertiesEnd)]);
  return withLength(Buffer.concat([packet.subarray(0, 1), variable(newBody.length), newBody]), newBody.length);
}

function randomProperties(seed: number, value: number): Buffer {
  const parts: Buffer[] = [];
  let state = (seed << 8) ^ value;
  for (let remaining = 1 + (value % 6); remaining > 0; remaining -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const id = (state >>> 24) % 48;
    const size = [1, 2, 4, 0, 3, 7][(state >>> 8) % 6]!;
    const text = Buffer.from('x'.repeat(size));
    const bytes = Buffer.alloc(size, state & 0xff);
    const forms = [bytes, Buffer.concat([Buffer.from([0, size]), text]), Buffer.from([0, 1, 0x61, 0, 1, 0x62])];
    parts.push(Buffer.from([id]), forms[(state >>> 16) % forms.length]!);
  }
  return Buffer.concat(parts);
}

/** Joins the beginning of a packet and the end of another packet. */
function splice(packet: Buffer, other: Buffer, { position, value }: Edit): Buffer {
  const head = packet.subarray(0, position % (packet.length + 1));
  return withLengthCorrectedByHalf(Buffer.concat([head, other.subarray(value % (other.length + 1))]), value);
}

/** Returns the bytes after the fixed header (MQTT 5, section 2.1). */
function bodyOf(packet: Buffer): Buffer {
  let lengthEnd = 1;
  while (lengthEnd < 5 && lengthEnd < packet.length && (packet[lengthEnd] ?? 0) >= 0x80) lengthEnd += 1;
  return packet.subarray(lengthEnd + 1);
}

function withLength(packet: Buffer, length: number): Buffer {
  return Buffer.concat([packet.subarray(0, 1), variable(Math.min(length, 268_435_455)), bodyOf(packet)]);
}

/** Encodes a Variable Byte Integer (MQTT 5, section 1.5.5). */
function variable(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** Encodes a Variable Byte Integer with one byte more than necessary. The standard forbids this. */
function variableWithExtraByte(value: number): Buffer {
  const bytes = variable(value);
  bytes[bytes.length - 1]! |= 0x80;
  return Buffer.concat([bytes, Buffer.from([0])]);
}
