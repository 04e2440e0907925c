/** Renders the burst of an alarm sound as samples. */
import type { Burst } from './sound-table.ts';

/** The part of a pulse's edge in which the loudness rises from 10 % to 90 %. The edge is a straight line. */
const measuredShareOfEdge = 0.8;
const pointsPerPeriod = 2048;

/** Returns the start of each pulse of a burst, ms from the start of the burst. */
export function pulseStarts(burst: Burst): number[] {
  const starts: number[] = [];
  let nextStartMs = 0;
  for (let i = 0; i < burst.pitchesHz.length; i++) {
    starts.push(nextStartMs);
    nextStartMs += burst.pulseMs + (burst.pausesMs[i] ?? 0);
  }
  return starts;
}

/** Returns the silence after the last pulse of a burst until the next burst, ms. */
export function silenceMs(burst: Burst): number {
  return burst.repeatMs - (pulseStarts(burst).at(-1) ?? 0) - burst.pulseMs;
}

/**
 * Returns a function with the sound of a pulse, without edges: a value from -1 to 1 for each phase of the pitch, in
 * radians. The phases of the harmonics follow Schroeder (1970), so that the sound is louder without a higher amplitude.
 */
function toneOf(burst: Burst): (phase: number) => number {
  const strengths = [1, ...burst.harmonicsDb.map((levelDb) => 10 ** (levelDb / 20))];
  const shifts = strengths.map((_, k) => (-Math.PI * k * (k + 1)) / strengths.length);
  const raw = (phase: number) =>
    strengths.reduce((sum, strength, k) => sum + strength * Math.sin(phase * (k + 1) + shifts[k]!), 0);
  let peak = 0;
  for (let i = 0; i < pointsPerPeriod; i++) peak = Math.max(peak, Math.abs(raw((2 * Math.PI * i) / pointsPerPeriod)));
  return (phase) => raw(phase) / peak;
}

/**
 * Returns the samples, -1 to 1, of one burst and of the silence after the burst. The alarm signal repeats these
 * samples.
 */
export function renderBurst(burst: Burst, sampleRateHz: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round((burst.repeatMs * sampleRateHz) / 1000));
  const tone = toneOf(burst);
  const pulseSamples = Math.round((burst.pulseMs * sampleRateHz) / 1000);
  const edgeSamples = Math.max(1, (pulseSamples * burst.edgeShare) / measuredShareOfEdge);
  pulseStarts(burst).forEach((startMs, pulse) => {
    const firstSample = Math.round((startMs * sampleRateHz) / 1000);
    const radiansPerSample = (2 * Math.PI * (burst.pitchesHz[pulse] ?? 0)) / sampleRateHz;
    for (let i = 0; i < pulseSamples && firstSample + i < samples.length; i++) {
      // The edges are soft, because people hear a hard edge as a click and are startled.
      const envelope = Math.min(1, i / edgeSamples, (pulseSamples - 1 - i) / edgeSamples);
      samples[firstSample + i] = tone(radiansPerSample * i) * burst.loudness * envelope;
    }
  });
  return samples;
}
