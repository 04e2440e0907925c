/** Computes the size and the duration of a waveform's samples, which are base64 of little-endian int16. */

/** Returns the number of bytes that a base64 text stands for. The text must have whole groups of four characters. */
export function sampleBytes(samples: string): number {
  const padding = samples.endsWith('==') ? 2 : samples.endsWith('=') ? 1 : 0;
  return (samples.length / 4) * 3 - padding;
}

/** Returns the duration of the samples, ms. An odd last byte is ignored. */
export function samplesMs(samples: string, rateHz: number): number {
  return (Math.floor(sampleBytes(samples) / 2) / rateHz) * 1000;
}
