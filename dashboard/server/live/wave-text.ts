/** Writes the message with a chunk of a waveform. */
import type { Chunk } from '../core/waves.ts';

/** @param gap whether chunks before this chunk were left out for this screen */
export function waveText(chunk: Chunk, gap: boolean): string {
  const { start, scale, offset, samples } = chunk.record.reading;
  const { associationId, code, rateHz, timeline } = chunk;
  const wave = { type: 'wave', associationId, code, start, rateHz, scale, offset, samples, gap };
  return JSON.stringify(timeline === 0 ? wave : { ...wave, timeline });
}
