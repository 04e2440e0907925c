/** Computes how much a waveform's samples hold: base64 of little-endian int16. */

/** Returns the number of bytes in base64 text of whole groups of four characters. */
export function sampleBytes(samples: string): number {
  const padding = samples.endsWith('==') ? 2 : samples.endsWith('=') ? 1 : 0;
  return (samples.length / 4) * 3 - padding;
}

/** Returns how long the samples last, ms. A byte without its pair does not count. */
export function samplesMs(samples: string, rateHz: number): number {
  return (Math.floor(sampleBytes(samples) / 2) / rateHz) * 1000;
}
