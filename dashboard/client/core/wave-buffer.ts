/**
 * The last seconds of one wave, by event time: a ring of samples in which a missing sample is a hole (NaN). A chunk may
 * come twice, late or not at all. Each sample has its place by its own time, so nothing is drawn in a wrong place.
 */

/** Seconds kept: more than the slowest sweep shows on the widest row. */
export const waveBufferSeconds = 40;
/**
 * A chunk still joins if its start differs from its predecessor's end by this many samples: clocks round to whole
 * milliseconds.
 */
const joinTolerance = 2.5;
/**
 * And by this part of the chunk: the server draws all chunks of a trace with one rate, though the device measures its
 * own anew.
 */
const joinTolerancePart = 0.02;

export type WaveBuffer = {
  rateHz: number;
  /** Event time of sample 0, ms since 1970. Follows a device whose clock drifts against its sample rate. */
  baseMs: number;
  /** One past the newest sample. */
  next: number;
  /** The oldest sample in the ring. */
  first: number;
  readonly ring: Float32Array;
};

export type WaveWrite = {
  /**
   * `late`: behind samples that were already there; `stale`: too old for the ring, dropped; `restart`: the ring began
   * anew.
   */
  kind: 'joined' | 'gap' | 'late' | 'stale' | 'restart';
  from: number;
  to: number;
};

/** An empty buffer for `rateHz`, at most 2000 (the schema's limit), so at most 80,000 samples. */
export function createWaveBuffer(rateHz: number): WaveBuffer {
  const ring = new Float32Array(Math.max(16, Math.ceil(rateHz * waveBufferSeconds))).fill(Number.NaN);
  return { rateHz, baseMs: Number.NaN, next: 0, first: 0, ring };
}

/**
 * Puts a chunk at the place of its time. `samples` are physical values; NaN is a missing sample. Mutates the buffer.
 */
export function writeWave(buffer: WaveBuffer, startMs: number, samples: ArrayLike<number>): WaveWrite {
  if (Number.isNaN(buffer.baseMs)) return restart(buffer, startMs, samples);
  const place = ((startMs - buffer.baseMs) * buffer.rateHz) / 1000;
  const apart = place - buffer.next;
  if (Math.abs(apart) <= joinTolerance + joinTolerancePart * samples.length) {
    // Half a sample is rounding. A larger difference is drift; the buffer follows it, so that no false hole appears.
    buffer.baseMs += (apart * 1000) / buffer.rateHz;
    return put(buffer, buffer.next, samples, 'joined');
  }
  const from = Math.round(place);
  if (apart > buffer.ring.length) return restart(buffer, startMs, samples);
  if (apart > 0) return put(buffer, from, samples, 'gap');
  if (from + samples.length <= buffer.next - buffer.ring.length) return { kind: 'stale', from, to: from };
  return put(buffer, from, samples, 'late');
}

function restart(buffer: WaveBuffer, startMs: number, samples: ArrayLike<number>): WaveWrite {
  buffer.ring.fill(Number.NaN);
  buffer.baseMs = startMs;
  buffer.next = 0;
  buffer.first = 0;
  return put(buffer, 0, samples, 'restart');
}

function put(buffer: WaveBuffer, from: number, samples: ArrayLike<number>, kind: WaveWrite['kind']): WaveWrite {
  const { ring } = buffer;
  const to = from + samples.length;
  for (let i = buffer.next; i < from; i++) ring[slot(i, ring.length)] = Number.NaN;
  const next = Math.max(buffer.next, to);
  const oldest = next - ring.length;
  for (let i = Math.max(from, oldest); i < to; i++) ring[slot(i, ring.length)] = samples[i - from] ?? Number.NaN;
  buffer.next = next;
  buffer.first = Math.max(Math.min(buffer.first, from), oldest);
  return { kind, from: Math.max(from, oldest), to };
}

function slot(index: number, length: number): number {
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}

/** The sample at `index`, NaN if no sample is there. */
export function sampleAt(buffer: WaveBuffer, index: number): number {
  if (index < buffer.first || index >= buffer.next) return Number.NaN;
  return buffer.ring[slot(index, buffer.ring.length)] ?? Number.NaN;
}

/** Event time of a sample, ms. */
export function timeOf(buffer: WaveBuffer, index: number): number {
  return buffer.baseMs + (index * 1000) / buffer.rateHz;
}

/** The last sample at or before an instant (it may lie outside of the ring). */
export function indexAt(buffer: WaveBuffer, timeMs: number): number {
  return Math.floor(((timeMs - buffer.baseMs) * buffer.rateHz) / 1000);
}

/** Samples as sent (base64 of little-endian int16) to physical values; `missing` becomes NaN. */
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
