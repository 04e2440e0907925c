/** The waves to draw, by bed: samples by event time, and where each bed's pen is. */
import { missingSample } from '../../../contracts/parameters.ts';
import type { WaveMessage } from '../../protocol/live.ts';
import { chunkArrived, createPlayout, movePen, type Playout } from '../core/playout.ts';
import { createWaveBuffer, decodeSamples, type WaveBuffer, writeWave } from '../core/wave-buffer.ts';

/** Beds and waves beyond these are not drawn: no screen has the room, and the memory stays bounded. */
export const heldBedsMax = 100;
export const heldWavesMax = 12;

export type HeldBed = {
  playout: Playout;
  readonly waves: Map<string, HeldWave>;
};
export type HeldWave = {
  buffer: WaveBuffer;
  /** The server's number of the trace. */
  readonly timeline: number;
  /** The oldest sample that changed behind the pen since it was last drawn: draw again from there. */
  lateFrom: number;
  /** Changes whenever a buffer begins anew, and is unique in the whole store: what was drawn of it is void. */
  epoch: number;
};

export function createWaveStore() {
  const beds = new Map<string, HeldBed>();
  let epochs = 0;
  return {
    /** Takes a chunk that came at `nowMs` (steady screen clock). */
    take(message: WaveMessage, nowMs: number): void {
      let bed = beds.get(message.associationId);
      if (!bed) {
        if (beds.size >= heldBedsMax) return;
        bed = { playout: createPlayout(), waves: new Map() };
        beds.set(message.associationId, bed);
      }
      let wave = bed.waves.get(message.code);
      const { rateHz, timeline = 0 } = message;
      const wasSet = wave !== undefined && wave.timeline !== timeline;
      // The device's clock was set: the pen also begins anew. (The server sends one rate for all chunks of a trace.)
      if (wasSet) bed.playout = createPlayout();
      if (!wave || wasSet || wave.buffer.rateHz !== rateHz) {
        if (!wave && bed.waves.size >= heldWavesMax) return;
        wave = { buffer: createWaveBuffer(rateHz), timeline, lateFrom: Number.POSITIVE_INFINITY, epoch: ++epochs };
        bed.waves.set(message.code, wave);
      }
      const samples = decodeSamples(bytesOf(message.samples), message.scale, message.offset, missingSample);
      const startMs = Date.parse(message.start);
      const before = wave.buffer.next;
      const written = writeWave(wave.buffer, startMs, samples);
      if (written.kind === 'restart') wave.epoch = ++epochs;
      if (written.kind === 'late') wave.lateFrom = Math.min(wave.lateFrom, written.from);
      if (written.kind === 'restart' || wave.buffer.next > before)
        chunkArrived(bed.playout, startMs, startMs + (samples.length * 1000) / message.rateHz, nowMs);
    },
    bed: (associationId: string): HeldBed | undefined => beds.get(associationId),
    /** Event time of a bed's pen; NaN if nothing came yet. */
    pen: (bed: HeldBed, nowMs: number): number => movePen(bed.playout, nowMs),
    /** Keeps the waves of these beds only: an association that ended makes room for the next. */
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
