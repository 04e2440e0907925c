import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waves } from '../../../contracts/parameters.ts';
import { gainFor, gainY, spanOf } from './gain.ts';

describe('gainFor and gainY', () => {
  it('the trace of an asystole stays flat, because noise is not enlarged to the height of the row', () => {
    const gain = gainFor(undefined, -0.01, 0.01, 'mV')!;
    expect(gain.high - gain.low).toBeGreaterThanOrEqual(0.5);
    expect(gainY(gain, 0, 100)).toBeCloseTo(50, 6);
  });

  it('the scale stays the same while the signal fits and uses at least half of the scale', () => {
    const gain = gainFor(undefined, 0, 1, 'mV')!;
    expect(gainFor(gain, 0.1, 0.9, 'mV')).toBe(gain);
    expect(gainFor(gain, 0, 1.2, 'mV')).not.toBe(gain);
    expect(gainFor(gain, 0.4, 0.6, 'mV')).not.toBe(gain);
  });

  it('a scale that already has the smallest span does not change if the signal becomes smaller', () => {
    const gain = gainFor(undefined, 0, 0, 'mV')!;
    expect(gainFor(gain, -0.01, 0.01, 'mV')).toBe(gain);
  });

  it('the scale stays the same if there is no sample', () => {
    const gain = gainFor(undefined, 0, 1, '1')!;
    expect(gainFor(gain, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1')).toBe(gain);
    expect(gainFor(undefined, Number.NaN, Number.NaN, '1')).toBeUndefined();
  });

  it('a value outside of the scale is drawn at the edge of the row', () => {
    const gain = { low: 0, high: 1 };
    expect(gainY(gain, 2, 50)).toBe(0);
    expect(gainY(gain, -1, 50)).toBe(50);
    expect(gainY(gain, 0.5, 50)).toBe(25);
  });
});

describe('spanOf', () => {
  const plausible = { min: -20, max: 20 };
  const rateHz = 250;
  /** Six seconds of an ECG: R waves of 1 mV, 80 ms wide. */
  const ecg = (perMinute: number) =>
    Float32Array.from({ length: 6 * rateHz }, (_, i) => {
      const inBeatMs = ((i * 1000) / rateHz) % (60_000 / perMinute);
      return inBeatMs < 80 ? 1 - Math.abs(inBeatMs - 40) / 40 : 0;
    });
  /** Returns the height of the beats as a part of the row's height. */
  const shownPart = (samples: Float32Array, unit = 'mV') => {
    const span = spanOf(samples, plausible, unit)!;
    const gain = gainFor(undefined, span.min, span.max, unit)!;
    return gainY(gain, 0, 1) - gainY(gain, 1, 1);
  };
  const withValueAt = (samples: Float32Array, value: number, places: Iterable<number>) => {
    for (const place of places) samples[place] = value;
    return samples;
  };

  it.each([20, 30, 60, 120, 250])('the span includes the whole signal at %i beats a minute', (perMinute) => {
    const span = spanOf(ecg(perMinute), plausible, 'mV')!;
    expect(span.min).toBe(0);
    expect(span.max).toBeGreaterThan(0.95);
    expect(shownPart(ecg(perMinute))).toBeGreaterThan(0.7);
  });

  it.each([1e30, 1e38, Number.POSITIVE_INFINITY, 1000, 19.9, -19.9, -1e30])(
    'the beats stay visible beside a sample of %d',
    (value) => {
      expect(shownPart(withValueAt(ecg(60), value, [700]))).toBeGreaterThan(0.2);
      // Two such samples each second: a wrong chunk of 8 ms.
      const places = [0, 1, 2, 3, 4, 5].flatMap((s) => [s * rateHz + 200, s * rateHz + 201]);
      expect(shownPart(withValueAt(ecg(60), value, places))).toBeGreaterThan(0.2);
    },
  );

  it('the beats stay visible beside two seconds of implausible samples', () => {
    const seconds = Array.from({ length: 2 * rateHz }, (_, i) => i);
    expect(shownPart(withValueAt(ecg(60), 1e30, seconds))).toBeGreaterThan(0.7);
  });

  it.each([0, 1e30, 19, -19])('a flat line stays flat beside a sample of %d', (value) => {
    const flat = Float32Array.from({ length: 1500 }, (_, i) => (i % 2 ? 0.01 : -0.01));
    const span = spanOf(withValueAt(flat, value, [700]), plausible, 'mV')!;
    const gain = gainFor(undefined, span.min, span.max, 'mV')!;
    expect(gain.high - gain.low).toBeGreaterThanOrEqual(0.5);
  });

  it('if a flat line has only one beat, the span includes the whole beat', () => {
    const flat = new Float32Array(1500);
    expect(spanOf(withValueAt(flat, 1, [700]), plausible, 'mV')).toEqual({ min: 0, max: 1 });
  });

  it('all samples count if most samples are implausible', () => {
    const raised = ecg(60).map((value) => 1000 + value * 1000);
    expect(spanOf(raised, plausible, 'mV')!.max).toBeGreaterThan(1950);
  });

  it('spanOf returns undefined if no sample is a finite number', () => {
    expect(spanOf(new Float32Array(0), plausible, 'mV')).toBeUndefined();
    expect(spanOf(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY), plausible, 'mV')).toBeUndefined();
  });

  it('the span is finite and its minimum is not above its maximum, for any wave and any samples', () => {
    const value = fc.oneof(fc.float(), fc.constantFrom(0, 1e30, -1e30, Number.NaN, Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), fc.constantFrom(...waves.values()), (values, wave) => {
        const span = spanOf(Float32Array.from(values), wave, wave.unit);
        if (span === undefined) return;
        expect(Number.isFinite(span.min)).toBe(true);
        expect(span.max).toBeGreaterThanOrEqual(span.min);
      }),
    );
  });
});
