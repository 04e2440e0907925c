/**
 * The newest seconds of each waveform, for a screen that opens, and the rule of what is live. A chunk is live by how much
 * later than usual it came: a device's clock may be wrong by any constant, but what was buffered came later than the rest.
 */
import type { WaveformRecord } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { samplesMs } from '../../contracts/wave-samples.ts';

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
/** Chunks out of place that follow each other for so long, at the pace of real time, are a clock that was set. */
const runMsMin = 1_000;
/** Each of them begins where the one before it ended, within this. */
const joinMs = 250;
/** What the pace of such a run may be off: jitter of the network, ms, and drift. A buffer that empties is faster. */
const runJitterMs = 200;
const runDrift = 0.05;

export type Chunk = {
  readonly associationId: string;
  readonly code: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly record: WaveformRecord;
  /** Another number each time the trace begins anew because the device's clock was set; 0 at first. */
  readonly timeline: number;
};

/** Chunks in a row that are out of place in the trace, but follow each other. */
type Run = {
  /** Where the run's first chunk ended, and when it came. */
  readonly fromMs: number;
  readonly receivedMs: number;
  readonly endMs: number;
};

type Track = {
  chunks: Chunk[];
  /** The smallest (receive time − device time) since the trace began: the device's clock and the way's usual delay. */
  offsetMs: number;
  /** Where the last shown chunk starts, device time. */
  startMs: number;
  timeline: number;
  run: Run | undefined;
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

/**
 * Takes a chunk. One that is unlike the chunks before it, by its rate or by its place, is not shown until the next ones are like it:
 * a single odd chunk would blank the trace for as long as it claims to last, and a buffer that empties would draw the past. Where
 * they go on steadily in another place, the device's clock was set, forward or back, and the trace begins anew there.
 * @returns it where the screens show it now, undefined where it came late, twice, without a time or is odd
 */
export function foldWave(state: WaveState, associationId: string, record: WaveformRecord): Chunk | undefined {
  const { reading } = record;
  const startMs = parseInstant(reading.start);
  const receivedMs = parseInstant(record.receivedAt);
  if (startMs === undefined || receivedMs === undefined) return undefined;
  const endMs = startMs + samplesMs(reading.samples, reading.rateHz);
  const track = trackOf(state, associationId, reading.code, receivedMs - endMs, reading.rateHz);
  track.lastReceivedMs = Math.max(track.lastReceivedMs, receivedMs);
  if (!hasRate(track, reading.rateHz) || !hasPlace(track, startMs, endMs, receivedMs)) return undefined;
  const chunk = { associationId, code: reading.code, startMs, endMs, record, timeline: track.timeline };
  track.chunks.push(chunk);
  while (track.chunks.length > 1 && track.chunks[0]!.endMs < endMs - keptMs) track.chunks.shift();
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
    startMs: Number.NEGATIVE_INFINITY,
    timeline: 0,
    run: undefined,
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

/** Whether a chunk is shown where it stands: in its turn, or in a place that the chunks before it have proven. */
function hasPlace(track: Track, startMs: number, endMs: number, receivedMs: number): boolean {
  const offsetMs = receivedMs - endMs;
  const isLate = offsetMs - track.offsetMs > lateMs;
  const isAhead = track.offsetMs - offsetMs > aheadMs;
  const isBehind = startMs <= track.startMs;
  if (!isLate && !isAhead && !isBehind) {
    track.run = undefined;
    track.offsetMs = Math.min(track.offsetMs, offsetMs);
    track.startMs = startMs;
    return true;
  }
  const { run } = track;
  const goesOn = run !== undefined && Math.abs(startMs - run.endMs) <= joinMs && hasPace(run, endMs, receivedMs);
  track.run = goesOn ? { ...run, endMs } : { fromMs: endMs, receivedMs, endMs };
  if (!goesOn || endMs - run.fromMs < runMsMin) return false;
  Object.assign(track, { run: undefined, chunks: [], timeline: track.timeline + 1, offsetMs, startMs });
  return true;
}

function hasPace({ fromMs, receivedMs: sinceMs }: Run, endMs: number, receivedMs: number): boolean {
  const deviceMs = endMs - fromMs;
  return Math.abs(receivedMs - sinceMs - deviceMs) <= runJitterMs + runDrift * deviceMs;
}

/** The kept chunks of a wave, oldest first. */
export function recentChunks(state: WaveState, associationId: string, code: string): readonly Chunk[] {
  return state.tracks.get(trackKey(associationId, code))?.chunks ?? [];
}

/** Forgets waves that have been silent for `silentMs` of receive time. */
export function forgetTracks(state: WaveState, nowMs: number, silentMs: number): void {
  for (const [key, track] of state.tracks) if (nowMs - track.lastReceivedMs > silentMs) state.tracks.delete(key);
}
