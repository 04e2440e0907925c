import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createWaveBuffer,
  decodeSamples,
  indexAt,
  sampleAt,
  timeOf,
  waveBufferSeconds,
  writeWave,
} from './wave-buffer.ts';

const seconds = (n: number, value = 1) => new Float32Array(100 * n).fill(value);

describe('writeWave and decodeSamples', () => {
  it('chunks whose start times are rounded or drift are joined without a gap', () => {
    const b = createWaveBuffer(100);
    expect(writeWave(b, 1000, seconds(1)).kind).toBe('restart');
    for (let i = 1; i <= 200; i++) {
      // The samples come 0.4 % too slowly for the device's clock: after 200 s the difference is 80 samples.
      expect(writeWave(b, 1000 + i * 1004, seconds(1)).kind).toBe('joined');
    }
    for (let i = b.first; i < b.next; i++) expect(sampleAt(b, i)).toBe(1);
    expect(timeOf(b, b.next)).toBeCloseTo(1000 + 200 * 1004 + 1000, 0);
  });

  it.each([-0.01, -0.003, 0.003, 0.01])('there is no gap if the sample rate is wrong by the factor 1 + %d', (off) => {
    // 500 Hz in chunks of 2 s: each chunk is up to 10 samples longer or shorter than the rate says.
    const b = createWaveBuffer(500);
    const samples = new Float32Array(1000).fill(1);
    for (let i = 0; i < 30; i++) writeWave(b, Math.round(i * 2000 * (1 + off)), samples);
    for (let i = b.first; i < b.next; i++) expect(sampleAt(b, i)).toBe(1);
    expect(timeOf(b, b.next)).toBeCloseTo(30 * 2000 * (1 + off), -2);
  });

  it('a missing chunk leaves a gap, and the chunk fills the gap if it comes late', () => {
    const b = createWaveBuffer(100);
    writeWave(b, 0, seconds(1));
    expect(writeWave(b, 2000, seconds(1, 3)).kind).toBe('gap');
    expect(sampleAt(b, 99)).toBe(1);
    expect(sampleAt(b, 100)).toBeNaN();
    expect(sampleAt(b, 199)).toBeNaN();
    expect(sampleAt(b, 200)).toBe(3);
    expect(writeWave(b, 1000, seconds(1, 2))).toEqual({ kind: 'late', from: 100, to: 200 });
    expect(sampleAt(b, 150)).toBe(2);
    expect(b.next).toBe(300);
  });

  it('a repeated chunk is written to the same place', () => {
    const b = createWaveBuffer(100);
    writeWave(b, 0, seconds(1));
    writeWave(b, 0, seconds(1));
    expect(b.next).toBe(100);
  });

  it('a chunk that is older than the ring is dropped, and the ring is emptied after a long silence', () => {
    const b = createWaveBuffer(100);
    writeWave(b, 0, seconds(waveBufferSeconds));
    writeWave(b, waveBufferSeconds * 1000, seconds(waveBufferSeconds));
    expect(writeWave(b, 0, seconds(1)).kind).toBe('stale');
    expect(writeWave(b, 10_000_000, seconds(1, 5)).kind).toBe('restart');
    expect(sampleAt(b, 0)).toBe(5);
    expect(sampleAt(b, -1)).toBeNaN();
  });

  it('a gap contains no old samples after the ring has been filled once', () => {
    const b = createWaveBuffer(100);
    for (let s = 0; s < waveBufferSeconds; s++) writeWave(b, s * 1000, seconds(1, 7));
    writeWave(b, (waveBufferSeconds + 2) * 1000, seconds(1, 8));
    expect(sampleAt(b, waveBufferSeconds * 100 + 50)).toBeNaN();
    expect(sampleAt(b, (waveBufferSeconds + 2) * 100)).toBe(8);
  });

  it('each sample has the place of its event time, for any order of the chunks', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 1 }), (order) => {
        const b = createWaveBuffer(50);
        writeWave(b, 0, new Float32Array(50).fill(0));
        for (const s of order) writeWave(b, s * 1000, new Float32Array(50).fill(s));
        for (let s = 0; s <= 8; s++) {
          const value = sampleAt(b, indexAt(b, s * 1000 + 510));
          if (s === 0 || order.includes(s)) expect(value).toBe(s);
          else expect(value).toBeNaN();
        }
      }),
    );
  });

  it('decodeSamples decodes little-endian int16 numbers, and distinguishes a missing sample from 0', () => {
    const bytes = new Uint8Array([0, 0, 0, 128, 255, 255, 10, 0]);
    const values = decodeSamples(bytes, 0.5, 1, -32768);
    expect(values[0]).toBe(1);
    expect(values[1]).toBeNaN();
    expect(values[2]).toBe(0.5);
    expect(values[3]).toBe(6);
    expect(decodeSamples(new Uint8Array([1]), 1, 0, -32768)).toHaveLength(0);
  });
});
