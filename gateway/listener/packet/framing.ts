/**
 * Cuts a byte stream into MQTT packets by their fixed headers (MQTT 5 section 2.1), so that the decoder gets one whole
 * packet at a time. A packet that is too large is refused by its header, before memory is used for it.
 */

export type Frames = {
  /** The bytes of `chunk` from `index` on are not handled yet. */
  chunk: Buffer;
  index: number;
  /**
   * The first `filled` bytes of a packet that began in an earlier chunk. The buffer grows with the received bytes; the
   * length in the header does not set its size.
   */
  partial: Buffer | undefined;
  filled: number;
};

export type FrameResult =
  | { readonly kind: 'packet'; readonly packet: Buffer }
  /** The next packet is not complete: more bytes must come. */
  | { readonly kind: 'more' }
  | { readonly kind: 'too-large' }
  /** The Remaining Length has more than four bytes. */
  | { readonly kind: 'malformed' };

const noBytes = Buffer.alloc(0);
const moreBytesNeeded: FrameResult = { kind: 'more' };
const headerBytesMax = 5;

export function emptyFrames(): Frames {
  return { chunk: noBytes, index: 0, partial: undefined, filled: 0 };
}

/** Adds bytes from the socket after the bytes that are not handled yet. */
export function feedFrames(frames: Frames, chunk: Buffer): void {
  frames.chunk =
    frames.index < frames.chunk.length ? Buffer.concat([frames.chunk.subarray(frames.index), chunk]) : chunk;
  frames.index = 0;
}

/** Returns whether a packet has begun and is not complete. */
export function isMidPacket(frames: Frames): boolean {
  return frames.partial !== undefined;
}

/** Returns the next packet, or why no whole packet can be returned. */
export function nextFrame(frames: Frames, bytesMax: number): FrameResult {
  if (frames.partial) return fillPartial(frames, bytesMax);
  const { chunk, index } = frames;
  if (index >= chunk.length) {
    frames.chunk = noBytes;
    frames.index = 0;
    return moreBytesNeeded;
  }
  const bytes = packetBytes(chunk, index, chunk.length);
  if (bytes === -1) return { kind: 'malformed' };
  if (bytes > bytesMax) return { kind: 'too-large' };
  if (bytes !== 0 && index + bytes <= chunk.length) {
    frames.index = index + bytes;
    return { kind: 'packet', packet: chunk.subarray(index, index + bytes) };
  }
  const rest = chunk.subarray(index);
  frames.partial = Buffer.allocUnsafe(Math.max(64, rest.length));
  rest.copy(frames.partial);
  frames.filled = rest.length;
  frames.chunk = noBytes;
  frames.index = 0;
  return moreBytesNeeded;
}

/** Continues the incomplete packet with the bytes of the chunk. */
function fillPartial(frames: Frames, bytesMax: number): FrameResult {
  let bytes = packetBytes(frames.partial!, 0, frames.filled);
  while (bytes === 0 && frames.index < frames.chunk.length) {
    moveToPartial(frames, 1);
    bytes = packetBytes(frames.partial!, 0, frames.filled);
  }
  if (bytes === -1) return { kind: 'malformed' };
  if (bytes > bytesMax) return { kind: 'too-large' };
  if (bytes === 0) return moreBytesNeeded;
  moveToPartial(frames, Math.min(bytes - frames.filled, frames.chunk.length - frames.index));
  if (frames.filled < bytes) return moreBytesNeeded;
  const packet = frames.partial!.subarray(0, bytes);
  frames.partial = undefined;
  frames.filled = 0;
  return { kind: 'packet', packet };
}

function moveToPartial(frames: Frames, bytes: number): void {
  const needed = frames.filled + bytes;
  if (needed > frames.partial!.length) {
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * frames.partial!.length));
    frames.partial!.copy(grown, 0, 0, frames.filled);
    frames.partial = grown;
  }
  frames.chunk.copy(frames.partial!, frames.filled, frames.index, frames.index + bytes);
  frames.filled = needed;
  frames.index += bytes;
}

/** Returns the packet type: the high four bits of the first byte (table 2-1). */
export function packetType(frame: Buffer): number {
  return frame[0]! >> 4;
}

/** Returns the number of bytes in the fixed header of a whole packet. */
export function headerBytes(frame: Buffer): number {
  let index = 1;
  while (frame[index]! >= 0x80) index += 1;
  return index + 1;
}

/**
 * Returns the number of bytes of the packet that begins at `index`; 0 if its header is not complete, -1 if its
 * Remaining Length has more than four bytes (section 1.5.5).
 */
function packetBytes(bytes: Buffer, index: number, end: number): number {
  let value = 0;
  for (let i = 1; i < headerBytesMax; i += 1) {
    if (index + i >= end) return 0;
    const byte = bytes[index + i]!;
    value += (byte & 0x7f) * 128 ** (i - 1);
    if (byte < 0x80) return 1 + i + value;
  }
  return -1;
}
