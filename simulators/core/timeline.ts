/**
 * Computes which frames and chunks of a recording are due in a span of time. Elapsed times are ms since the device's
 * start. The recording is played `speed` times as fast as it was recorded.
 */
import type { Frame, Recording, WaveTrack } from './recording.ts';

export type Playback = {
  readonly recording: Recording;
  /** The point in the recording at which the device starts, 0 to `loopMs`. */
  readonly startAtMs: number;
  /**
   * 1 is the original speed. With 60, an hour of the recording takes a minute and there are 60 times as many readings a
   * second.
   */
  readonly speed: number;
  /** Whether the recording starts again at its end. */
  readonly loop: boolean;
  /** Length of a wave message, in elapsed time. */
  readonly chunkMs: number;
  /** Whether waves are played. */
  readonly waves: boolean;
};

export type Item =
  | { readonly kind: 'frame'; readonly elapsedMs: number; readonly frame: Frame }
  | {
      readonly kind: 'chunk';
      /** Elapsed time at the end of the chunk, when its message is complete. */
      readonly elapsedMs: number;
      /** Elapsed time of the first sample. */
      readonly startMs: number;
      readonly track: WaveTrack;
      readonly samples: Int16Array;
    };

/**
 * Maximum rate of a wave in the contract of devices. If the speed of the replay makes the rate of a wave higher, the
 * wave is left out.
 */
const waveRateHzMax = 2000;

/** Returns all frames and chunks that are due from `fromMs` (included) to `toMs` (excluded), in order of time. */
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
    for (let i = firstReached(frames, (f) => toElapsed(cycle, f.atMs) >= fromMs); i < frames.length; i++) {
      const frame = frames[i]!;
      const elapsedMs = toElapsed(cycle, frame.atMs);
      if (elapsedMs >= toMs || frame.atMs >= loopMs) break;
      if (elapsedMs >= 0) items.push({ kind: 'frame', elapsedMs, frame });
    }
  }
  return items;
}

/**
 * Returns the due chunks of a wave. Chunks end at multiples of `chunkMs`. A chunk across the end of the loop is split
 * into two.
 */
function chunksBetween(playback: Playback, track: WaveTrack, fromMs: number, toMs: number): Item[] {
  const { chunkMs } = playback;
  const items: Item[] = [];
  // A chunk is due when it is complete: if fromMs <= end < toMs.
  for (let chunkEndMs = Math.max(1, Math.ceil(fromMs / chunkMs)) * chunkMs; chunkEndMs < toMs; chunkEndMs += chunkMs) {
    for (const part of samplesBetween(playback, track, chunkEndMs - chunkMs, chunkEndMs)) {
      items.push({ kind: 'chunk', elapsedMs: chunkEndMs, track, ...part });
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
  const samplesInLoop = Math.min(track.samples.length, Math.ceil(loopMs / stepMs));
  const parts: { startMs: number; samples: Int16Array }[] = [];
  const beginMs = startAtMs + fromMs * speed;
  const endMs = startAtMs + toMs * speed;
  const lastCycle = playback.loop ? Math.floor(endMs / loopMs) : 0;
  for (let cycle = Math.floor(beginMs / loopMs); cycle <= lastCycle; cycle++) {
    const cycleMs = cycle * loopMs;
    const first = Math.max(0, ceilIndex((beginMs - cycleMs) / stepMs));
    const last = Math.min(samplesInLoop, ceilIndex((endMs - cycleMs) / stepMs));
    if (last <= first) continue;
    parts.push({
      startMs: (cycleMs + first * stepMs - startAtMs) / speed,
      samples: track.samples.subarray(first, last),
    });
  }
  return parts;
}

/** Returns a number rounded up. First removes the small error of a division, so that 62.0000000001 becomes 62. */
function ceilIndex(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-6 ? nearest : Math.ceil(value);
}

/**
 * Returns the index of the first frame for which `isReached` is true. For all later frames `isReached` must be true
 * too.
 */
function firstReached(frames: readonly Frame[], isReached: (frame: Frame) => boolean): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReached(frames[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
