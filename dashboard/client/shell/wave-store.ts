/** Stores for each bed the waves to draw: the samples by event time, and the position of the bed's pen. */
import { missingSample } from '../../../contracts/parameters.ts';
import type { WaveMessage } from '../../protocol/live.ts';
import { createPlayout, movePen, type Playout, updatePlayout } from '../core/playout.ts';
import { createWaveBuffer, decodeSamples, type WaveBuffer, writeWave } from '../core/wave-buffer.ts';

/**
 * Maximum number of stored beds, and of waves of a bed. Further waves are not drawn, because no screen has room for
 * them.
 */
export const storedBedsMax = 100;
export const storedWavesMax = 12;

export type StoredBed = {
  playout: Playout;
  readonly waves: Map<string, StoredWave>;
};
export type StoredWave = {
  buffer: WaveBuffer;
  /** The number that the server gave to the trace. The number changes if the device's clock was set. */
  readonly timeline: number;
  /** Index of the oldest late sample that has not been drawn yet. The trace must be drawn again from this sample on. */
  lateFrom: number;
  /**
   * A number that changes when the buffer is emptied, so that the whole row is drawn again. The number is unique in the
   * whole store.
   */
  epoch: number;
};

export function createWaveStore() {
  const beds = new Map<string, StoredBed>();
  let epochs = 0;
  return {
    /** Stores a chunk that came at `nowMs` by the screen's steady clock. */
    take(message: WaveMessage, nowMs: number): void {
      let bed = beds.get(message.associationId);
      if (!bed) {
        if (beds.size >= storedBedsMax) return;
        bed = { playout: createPlayout(), waves: new Map() };
        beds.set(message.associationId, bed);
      }
      let wave = bed.waves.get(message.code);
      const { rateHz, timeline = 0 } = message;
      const wasSet = wave !== undefined && wave.timeline !== timeline;
      // The device's clock was set, so the pen must also start again.
      if (wasSet) bed.playout = createPlayout();
      if (!wave || wasSet || wave.buffer.rateHz !== rateHz) {
        if (!wave && bed.waves.size >= storedWavesMax) return;
        wave = { buffer: createWaveBuffer(rateHz), timeline, lateFrom: Number.POSITIVE_INFINITY, epoch: ++epochs };
        bed.waves.set(message.code, wave);
      }
      const samples = decodeSamples(bytesOf(message.samples), message.scale, message.offset, missingSample);
      const startMs = Date.parse(message.start);
      const formerNext = wave.buffer.next;
      const outcome = writeWave(wave.buffer, startMs, samples);
      if (outcome.kind === 'restart') wave.epoch = ++epochs;
      if (outcome.kind === 'late') wave.lateFrom = Math.min(wave.lateFrom, outcome.from);
      if (outcome.kind === 'restart' || wave.buffer.next > formerNext)
        updatePlayout(bed.playout, startMs, startMs + (samples.length * 1000) / message.rateHz, nowMs);
    },
    bed: (associationId: string): StoredBed | undefined => beds.get(associationId),
    /** Moves a bed's pen and returns its event time; NaN before the first chunk. */
    pen: (bed: StoredBed, nowMs: number): number => movePen(bed.playout, nowMs),
    /** Deletes the waves of all beds that are not in `associationIds`, for example of ended associations. */
    keep(associationIds: { has(id: string): boolean }): void {
      for (const id of beds.keys()) if (!associationIds.has(id)) beds.delete(id);
    },
    clear: () => beds.clear(),
  };
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
