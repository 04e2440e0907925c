/**
 * Stores the last seconds of one wave in a ring of samples. NaN stands for a missing sample. A chunk may come twice,
 * late or never. The place of each sample depends on its event time, so no sample is drawn at a wrong place.
 */

/** Seconds in the ring: more than the slowest sweep shows on the widest row. */
export const waveBufferSeconds = 40;
/**
 * How far the start of a chunk may be from the end of the previous chunk without a gap, samples. Clocks round to whole
 * milliseconds.
 */
const joinTolerance = 2.5;
/**
 * The tolerance grows by this fraction of the chunk's length, because the rate of a chunk may be slightly wrong: the
 * server sends all chunks of a trace with one sample rate, although the device measures its rate anew for each chunk.
 */
const joinToleranceFraction = 0.02;

export type WaveBuffer = {
  rateHz: number;
  /** Event time of sample 0, ms since 1970. Each chunk corrects this time if the device's clock drifts. */
  baseMs: number;
  /** Index after the newest sample. */
  next: number;
  /** Index of the oldest sample in the ring. */
  first: number;
  readonly ring: Float32Array;
};

export type WaveWrite = {
  /**
   * Where the chunk was written. `joined`: directly after the newest sample. `gap`: after the newest sample and a gap.
   * `late`: before samples that are already in the ring. `stale`: nowhere, because it is too old for the ring.
   * `restart`: at the start of the ring, which was emptied.
   */
  kind: 'joined' | 'gap' | 'late' | 'stale' | 'restart';
  from: number;
  to: number;
};

/** Returns an empty buffer. `rateHz` is at most 2000 (the schema's limit), so the ring has at most 80,000 samples. */
export function createWaveBuffer(rateHz: number): WaveBuffer {
  const ring = new Float32Array(Math.max(16, Math.ceil(rateHz * waveBufferSeconds))).fill(Number.NaN);
  return { rateHz, baseMs: Number.NaN, next: 0, first: 0, ring };
}

/**
 * Writes a chunk into the buffer at the place of its event time.
 * @param samples physical values; NaN for a missing sample
 */
export function writeWave(buffer: WaveBuffer, startMs: number, samples: ArrayLike<number>): WaveWrite {
  if (Number.isNaN(buffer.baseMs)) return restart(buffer, startMs, samples);
  const startIndex = ((startMs - buffer.baseMs) * buffer.rateHz) / 1000;
  const samplesAfterNewest = startIndex - buffer.next;
  if (Math.abs(samplesAfterNewest) <= joinTolerance + joinToleranceFraction * samples.length) {
    // The difference comes from rounding or from drift of the device's clock. Moves the base, so that no false gap
    // appears.
    buffer.baseMs += (samplesAfterNewest * 1000) / buffer.rateHz;
    return writeSamples(buffer, buffer.next, samples, 'joined');
  }
  const from = Math.round(startIndex);
  if (samplesAfterNewest > buffer.ring.length) return restart(buffer, startMs, samples);
  if (samplesAfterNewest > 0) return writeSamples(buffer, from, samples, 'gap');
  if (from + samples.length <= buffer.next - buffer.ring.length) return { kind: 'stale', from, to: from };
  return writeSamples(buffer, from, samples, 'late');
}

function restart(buffer: WaveBuffer, startMs: number, samples: ArrayLike<number>): WaveWrite {
  buffer.ring.fill(Number.NaN);
  buffer.baseMs = startMs;
  buffer.next = 0;
  buffer.first = 0;
  return writeSamples(buffer, 0, samples, 'restart');
}

function writeSamples(
  buffer: WaveBuffer,
  from: number,
  samples: ArrayLike<number>,
  kind: WaveWrite['kind'],
): WaveWrite {
  const { ring } = buffer;
  const to = from + samples.length;
  for (let i = buffer.next; i < from; i++) ring[ringIndex(i, ring.length)] = Number.NaN;
  const next = Math.max(buffer.next, to);
  const oldest = next - ring.length;
  for (let i = Math.max(from, oldest); i < to; i++) ring[ringIndex(i, ring.length)] = samples[i - from] ?? Number.NaN;
  buffer.next = next;
  buffer.first = Math.max(Math.min(buffer.first, from), oldest);
  return { kind, from: Math.max(from, oldest), to };
}

function ringIndex(index: number, length: number): number {
  const remainder = index % length;
  return remainder < 0 ? remainder + length : remainder;
}

/** Returns the sample at `index`; NaN if there is no sample. */
export function sampleAt(buffer: WaveBuffer, index: number): number {
  if (index < buffer.first || index >= buffer.next) return Number.NaN;
  return buffer.ring[ringIndex(index, buffer.ring.length)] ?? Number.NaN;
}

/** Returns the event time of the sample at `index`, ms since 1970. */
export function timeOf(buffer: WaveBuffer, index: number): number {
  return buffer.baseMs + (index * 1000) / buffer.rateHz;
}

/** Returns the index of the last sample at or before `timeMs`. The index may be outside of the ring. */
export function indexAt(buffer: WaveBuffer, timeMs: number): number {
  return Math.floor(((timeMs - buffer.baseMs) * buffer.rateHz) / 1000);
}

/**
 * Converts the sent samples into physical values.
 * @param bytes little-endian int16 numbers
 * @param missing the number that stands for a missing sample; becomes NaN
 */
export function decodeSamples(bytes: Uint8Array, scale: number, offset: number, missing: number): Float32Array {
  const count = bytes.length >> 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const raw = view.getInt16(i * 2, true);
    values[i] = raw === missing ? Number.NaN : raw * scale + offset;
  }
  return values;
}
