/**
 * The newest seconds of each waveform, for a screen that opens, and the rule of what is live. A chunk is live by how much
 * later than usual it came: a device's clock may be wrong by any constant, but what was buffered came later than the rest.
 */
import type { WaveformRecord } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';

/** Waves (association and code) held at once; past it the one that is longest silent goes. */
export const wavesMax = 4_000;
/** Of each wave, this much device time is kept for a screen that opens. */
export const keptMs = 8_000;
/** Later than usual by more than this is not live. */
const lateMs = 10_000;
/** A chunk that ends this much further ahead than the ones before it is not believed before a second one agrees. */
const aheadMs = 2_000;
/** Rates closer than this are one rate: some devices measure theirs anew for each chunk. */
const rateTolerance = 0.01;
/** Two chunks that are late by the same (within this) are a clock that was set, not a buffer that empties. */
const steadyMs = 500;

export type Chunk = {
  readonly associationId: string;
  readonly code: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly record: WaveformRecord;
};

type Track = {
  readonly chunks: Chunk[];
  /** The smallest (receive time − device time) of late: the device's clock and the way's usual delay. */
  offsetMs: number;
  lastOffsetMs: number;
  lastReceivedMs: number;
  /** Of the chunks that are shown. */
  rateHz: number;
  /** Of the chunk before, shown or not. */
  lastRateHz: number;
};

export type WaveState = { readonly tracks: Map<string, Track> };

export function emptyWaves(): WaveState {
  return { tracks: new Map() };
}

function trackKey(associationId: string, code: string): string {
  return `${associationId}/${code}`;
}

/** Milliseconds that base64 of int16 samples last. */
function durationMs(samples: string, rateHz: number): number {
  const padding = samples.endsWith('==') ? 2 : samples.endsWith('=') ? 1 : 0;
  const bytes = (samples.length / 4) * 3 - padding;
  return (Math.floor(bytes / 2) / rateHz) * 1000;
}

/**
 * Takes a chunk. One that is unlike the chunks before it, by its rate or by ending far ahead of them, is not shown until the next
 * one is like it: a single odd chunk would blank the trace for as long as it claims to last.
 * @returns it where the screens show it now, undefined where it came late, twice, without a time or is odd
 */
export function foldWave(state: WaveState, associationId: string, record: WaveformRecord): Chunk | undefined {
  const { reading } = record;
  const startMs = parseInstant(reading.start);
  const receivedMs = parseInstant(record.receivedAt);
  if (startMs === undefined || receivedMs === undefined) return undefined;
  const chunk = {
    associationId,
    code: reading.code,
    startMs,
    endMs: startMs + durationMs(reading.samples, reading.rateHz),
    record,
  };
  const track = trackOf(state, associationId, reading.code, receivedMs - chunk.endMs, reading.rateHz);
  track.lastReceivedMs = Math.max(track.lastReceivedMs, receivedMs);
  if (!hasRate(track, reading.rateHz)) return undefined;
  if (!isLive(track, receivedMs - chunk.endMs)) return undefined;
  const last = track.chunks[track.chunks.length - 1];
  if (last && startMs <= last.startMs) {
    // A repeat, or out of order by less than a clock is ever set back: the screen has drawn past it.
    if (last.startMs - startMs < lateMs) return undefined;
    track.chunks.length = 0;
  }
  track.chunks.push(chunk);
  while (track.chunks.length > 1 && track.chunks[0]!.endMs < chunk.endMs - keptMs) track.chunks.shift();
  return chunk;
}

function trackOf(state: WaveState, associationId: string, code: string, offsetMs: number, rateHz: number): Track {
  const key = trackKey(associationId, code);
  const known = state.tracks.get(key);
  if (known) return known;
  if (state.tracks.size >= wavesMax) {
    let oldest: [string, Track] | undefined;
    for (const entry of state.tracks) if (!oldest || entry[1].lastReceivedMs < oldest[1].lastReceivedMs) oldest = entry;
    if (oldest) state.tracks.delete(oldest[0]);
  }
  const track: Track = {
    chunks: [],
    offsetMs,
    lastOffsetMs: offsetMs,
    lastReceivedMs: 0,
    rateHz,
    lastRateHz: rateHz,
  };
  state.tracks.set(key, track);
  return track;
}

/** Whether a chunk has the rate of the trace; a second chunk in a row of another rate changes it, and the trace begins anew. */
function hasRate(track: Track, rateHz: number): boolean {
  const confirmed = isSameRate(rateHz, track.lastRateHz);
  track.lastRateHz = rateHz;
  if (isSameRate(rateHz, track.rateHz)) return true;
  if (!confirmed) return false;
  track.rateHz = rateHz;
  track.chunks.length = 0;
  return true;
}

function isSameRate(a: number, b: number): boolean {
  return Math.abs(a - b) <= rateTolerance * b;
}

function isLive(track: Track, offsetMs: number): boolean {
  const steady = Math.abs(offsetMs - track.lastOffsetMs) < steadyMs;
  const late = offsetMs - track.offsetMs > lateMs;
  const ahead = track.offsetMs - offsetMs > aheadMs;
  track.lastOffsetMs = offsetMs;
  if ((ahead || late) && !steady) return false;
  if (offsetMs < track.offsetMs || late) track.offsetMs = offsetMs;
  return true;
}

/** The kept chunks of a wave, oldest first. */
export function recentChunks(state: WaveState, associationId: string, code: string): readonly Chunk[] {
  return state.tracks.get(trackKey(associationId, code))?.chunks ?? [];
}

/** Forgets waves that have been silent for `silentMs` of receive time. */
export function forgetTracks(state: WaveState, nowMs: number, silentMs: number): void {
  for (const [key, track] of state.tracks) if (nowMs - track.lastReceivedMs > silentMs) state.tracks.delete(key);
}
