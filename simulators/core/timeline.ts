/**
 * What a looping recording yields in a span of time. Elapsed times are ms since the device's start; the recording runs `speed` times as
 * fast.
 */
import type { Frame, Recording, WaveTrack } from './recording.ts';

export type Playback = {
  readonly recording: Recording;
  /** The point in the recording at which the device starts, 0 to `loopMs`. */
  readonly startAtMs: number;
  /** With 1 an hour takes an hour; with 60 it takes a minute, with 60 times as many readings a second. */
  readonly speed: number;
  /** True: begin again at the end. False: fall silent. */
  readonly loop: boolean;
  /** Length of one wave message, in elapsed time. */
  readonly chunkMs: number;
  /** False: no waves. */
  readonly waves: boolean;
};

export type Item =
  | { readonly kind: 'frame'; readonly elapsedMs: number; readonly frame: Frame }
  | {
      readonly kind: 'chunk';
      /** When the message is complete: the end of its span. */
      readonly elapsedMs: number;
      /** The time of its first sample. */
      readonly startMs: number;
      readonly track: WaveTrack;
      readonly samples: Int16Array;
    };

/** The contract limits the rate of devices. A faster wave is left out. */
const waveRateHzMax = 2000;

/** Returns everything that is due from `fromMs` (included) to `toMs` (excluded), in order of time. */
export function itemsBetween(playback: Playback, fromMs: number, toMs: number): Item[] {
  const items: Item[] = [...framesBetween(playback, fromMs, toMs)];
  for (const track of playedWaves(playback)) items.push(...chunksBetween(playback, track, fromMs, toMs));
  return items.sort((a, b) => a.elapsedMs - b.elapsedMs);
}

/** Returns the waves that are played at this speed. */
export function playedWaves(playback: Playback): readonly WaveTrack[] {
  if (!playback.waves) return [];
  return playback.recording.waves.filter((track) => track.rateHz * playback.speed <= waveRateHzMax);
}

function framesBetween(playback: Playback, fromMs: number, toMs: number): Item[] {
  const { recording, startAtMs, speed } = playback;
  const { frames, loopMs } = recording;
  const toElapsed = (cycle: number, atMs: number) => (cycle * loopMs + atMs - startAtMs) / speed;
  const items: Item[] = [];
  const firstCycle = Math.max(0, Math.floor((startAtMs + fromMs * speed) / loopMs) - 1);
  const lastCycle = playback.loop ? Math.floor((startAtMs + toMs * speed) / loopMs) : 0;
  for (let cycle = firstCycle; cycle <= lastCycle; cycle++) {
    for (let i = firstAtOrAfter(frames, (f) => toElapsed(cycle, f.atMs) >= fromMs); i < frames.length; i++) {
      const frame = frames[i]!;
      const elapsedMs = toElapsed(cycle, frame.atMs);
      if (elapsedMs >= toMs || frame.atMs >= loopMs) break;
      if (elapsedMs >= 0) items.push({ kind: 'frame', elapsedMs, frame });
    }
  }
  return items;
}

/** Chunks are on a grid of `chunkMs` from the device's start. A chunk at the end of the loop comes in two parts. */
function chunksBetween(playback: Playback, track: WaveTrack, fromMs: number, toMs: number): Item[] {
  const { chunkMs } = playback;
  const items: Item[] = [];
  // A chunk that ends at E is complete at E, so it is due if fromMs <= E < toMs.
  for (let end = Math.max(1, Math.ceil(fromMs / chunkMs)) * chunkMs; end < toMs; end += chunkMs) {
    for (const part of samplesBetween(playback, track, end - chunkMs, end)) {
      items.push({ kind: 'chunk', elapsedMs: end, track, ...part });
    }
  }
  return items;
}

function samplesBetween(
  playback: Playback,
  track: WaveTrack,
  fromMs: number,
  toMs: number,
): { startMs: number; samples: Int16Array }[] {
  const { startAtMs, speed } = playback;
  const { loopMs } = playback.recording;
  const stepMs = 1000 / track.rateHz;
  const inLoop = Math.min(track.samples.length, Math.ceil(loopMs / stepMs));
  const parts: { startMs: number; samples: Int16Array }[] = [];
  const beginMs = startAtMs + fromMs * speed;
  const endMs = startAtMs + toMs * speed;
  const lastCycle = playback.loop ? Math.floor(endMs / loopMs) : 0;
  for (let cycle = Math.floor(beginMs / loopMs); cycle <= lastCycle; cycle++) {
    const cycleMs = cycle * loopMs;
    const first = Math.max(0, ceilIndex((beginMs - cycleMs) / stepMs));
    const last = Math.min(inLoop, ceilIndex((endMs - cycleMs) / stepMs));
    if (last <= first) continue;
    parts.push({
      startMs: (cycleMs + first * stepMs - startAtMs) / speed,
      samples: track.samples.subarray(first, last),
    });
  }
  return parts;
}

/** Rounds up, but ignores the rounding error of a division: 62.0000000001 is 62. */
function ceilIndex(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-6 ? nearest : Math.ceil(value);
}

function firstAtOrAfter(frames: readonly Frame[], reached: (frame: Frame) => boolean): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(frames[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
