/**
 * Keeps the last seconds of each waveform for screens that open, and decides which chunks are live. A chunk is live if
 * it did not arrive much later than usual. The device's clock may be wrong by any constant, but buffered chunks arrive
 * later than live chunks.
 *
 * Words used here: the trace is the run of chunks that the screens show. A chunk that does not fit the trace is odd: it
 * has another rate, comes from another clock, or is much shorter. A line is a run of odd chunks that fit each other. If
 * a line covers more time than the trace, the line becomes the trace. The times are compared and not the numbers of
 * chunks, because a hundred chunks of 8 ms cover less than a second.
 */
import type { WaveformRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { samplesMs } from '../../../contracts/wave-samples.ts';
import { emptyCoverage, forgetCoverage, noteChunk, type WaveCoverage } from './wave-coverage.ts';

/**
 * Maximum number of waves (association and code). If there are more, the wave with the oldest last chunk is forgotten.
 */
export const wavesMax = 4_000;
/** Chunks of this time (device time) are kept for each wave, for screens that open. */
export const recentMs = 8_000;
/** Maximum number of kept chunks of a wave; if there are more, the oldest are dropped. */
export const chunksMax = 512;
/** A chunk whose delay is longer than the usual delay by more than this is not live. */
const lateLimitMs = 10_000;
/**
 * If the delay of a chunk is shorter than the least delay of the trace by more than this, the chunk claims a time in
 * the future. Such a chunk is not shown, even if it begins exactly where the trace ended.
 */
const aheadLimitMs = 2_000;
/**
 * Rates that differ by less than this count as equal: some devices measure the rate for each chunk, with an error of 1
 * %.
 */
const rateTolerance = 0.025;
/**
 * A chunk joins the trace if it begins at most this long before or after the end of the trace. A chunk also joins if
 * its delay is not shorter than the least delay by more than this.
 */
const joinToleranceMs = 250;
/** The usual chunk duration is a moving mean over about this much covered time. */
const usualDurationWindowMs = 3_000;
/**
 * The least delay rises by this share of the covered time, because a clock may drift or one chunk may have been too
 * early.
 */
const offsetRise = 0.05;
/**
 * Maximum number of lines of a wave; if there are more, the line with the smallest lead over the trace is forgotten.
 */
const linesMax = 4;
/** A line replaces the trace only after it has covered this much time. */
const lineMsMin = 900;
/** Chunks of a line may be this much earlier or later than real time: jitter (ms) plus drift (share of the time). */
const lineJitterMs = 200;
const lineDrift = 0.05;
/** A line is forgotten if no chunk of the line came for this time plus twice the duration of its chunks. */
const lineSilentMs = 2_000;
/**
 * The trace leads a line by at most this much covered time. So a new line can replace even a trace that has lasted for
 * hours.
 */
const traceLeadMsMax = 5_000;
/**
 * A line needs a lead over the trace (`replacesTrace`). The lead may be too short by this share of the shorter chunk
 * duration, because times are rounded and rates are measured.
 */
const coverTolerance = 0.1;

export type Chunk = {
  readonly associationId: string;
  readonly code: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The rate with which the screens draw the chunk: the rate of the trace, which does not vary from chunk to chunk. */
  readonly rateHz: number;
  readonly record: WaveformRecord;
  /** Rises each time the trace begins again because the device's clock was set; 0 at first. */
  readonly timeline: number;
};

type ChunkTimes = {
  readonly rateHz: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
  readonly receivedMs: number;
  /**
   * Receive time minus the device time of the chunk's end: the delay of the chunk plus the error of the device's clock.
   */
  readonly offsetMs: number;
};

/** A run of odd chunks with the same rate, similar durations and the same offset. */
type Line = {
  readonly rateHz: number;
  /** End, duration and offset of the line's first chunk. */
  readonly firstEndMs: number;
  readonly firstDurationMs: number;
  readonly offsetMs: number;
  endMs: number;
  receivedMs: number;
  /** The time covered by the line minus the time covered by the trace, since the line began. */
  leadMs: number;
};

type Track = {
  chunks: Chunk[];
  rateHz: number;
  /** Start and end of the last chunk of the trace, device time. */
  startMs: number;
  endMs: number;
  /** The smallest recent offset of the trace: its least delay plus the error of the device's clock. */
  offsetMs: number;
  /** The usual duration of a chunk of the trace. */
  usualDurationMs: number;
  timeline: number;
  lines: Line[];
  lastReceivedMs: number;
};

export type WaveState = { readonly tracks: Map<string, Track>; readonly coverage: WaveCoverage };

/** @param sinceMs from this time on, all waves are folded into the state, ms since 1970 */
export function emptyWaves(sinceMs = 0): WaveState {
  return { tracks: new Map(), coverage: emptyCoverage(sinceMs) };
}

function trackKey(associationId: string, code: string): string {
  return `${associationId}/${code}`;
}

/**
 * Folds a chunk into the state. An odd chunk is not shown: it would blank the trace for as long as it claims to last,
 * and buffered chunks would draw the past. If odd chunks continue to come in real time and cover more time than the
 * trace, the clock or the rate of the device was changed. Then the trace begins again with these chunks.
 * @returns the chunk if the screens show it; undefined if the chunk is odd, late or repeated, or has no valid time
 */
export function foldWave(state: WaveState, associationId: string, record: WaveformRecord): Chunk | undefined {
  const { reading } = record;
  const { rateHz } = reading;
  const startMs = parseInstant(reading.start);
  const receivedMs = parseInstant(record.receivedAt);
  if (startMs === undefined || receivedMs === undefined) return undefined;
  const durationMs = samplesMs(reading.samples, rateHz);
  const endMs = startMs + durationMs;
  const chunkTimes = { rateHz, startMs, endMs, durationMs, receivedMs, offsetMs: receivedMs - endMs };
  noteChunk(state.coverage, associationId, { code: reading.code, startMs, endMs, receivedMs });
  const track = trackOf(state, associationId, reading.code, chunkTimes);
  track.lastReceivedMs = Math.max(track.lastReceivedMs, receivedMs);
  if (belongsToTrace(track, chunkTimes)) extendTrace(track, chunkTimes);
  else if (replacesTrace(track, chunkTimes)) restartTrace(track, chunkTimes);
  else return undefined;
  const { timeline } = track;
  const chunk = { associationId, code: reading.code, startMs, endMs, rateHz: track.rateHz, record, timeline };
  track.chunks.push(chunk);
  while (track.chunks.length > 1 && isTooOld(track, track.chunks[0]!)) track.chunks.shift();
  return chunk;
}

function isTooOld(track: Track, oldest: Chunk): boolean {
  return oldest.endMs < track.endMs - recentMs || track.chunks.length > chunksMax;
}

function trackOf(state: WaveState, associationId: string, code: string, chunkTimes: ChunkTimes): Track {
  const key = trackKey(associationId, code);
  const existing = state.tracks.get(key);
  if (existing) return existing;
  if (state.tracks.size >= wavesMax) {
    let oldest: [string, Track] | undefined;
    for (const entry of state.tracks) if (!oldest || entry[1].lastReceivedMs < oldest[1].lastReceivedMs) oldest = entry;
    if (oldest) state.tracks.delete(oldest[0]);
  }
  const track: Track = {
    chunks: [],
    rateHz: chunkTimes.rateHz,
    startMs: Number.NEGATIVE_INFINITY,
    endMs: chunkTimes.startMs,
    offsetMs: chunkTimes.offsetMs,
    usualDurationMs: chunkTimes.durationMs,
    timeline: 0,
    lines: [],
    lastReceivedMs: 0,
  };
  state.tracks.set(key, track);
  return track;
}

function isSameRate(a: number, b: number): boolean {
  return Math.abs(a - b) <= rateTolerance * b;
}

/**
 * Returns whether a chunk is much shorter than usual. Such a chunk may be shown, but does not move the end of the
 * trace.
 */
function isShort({ durationMs }: ChunkTimes, usualDurationMs: number): boolean {
  return durationMs < usualDurationMs / 2;
}

/** Returns whether a chunk fits the trace. */
function belongsToTrace(track: Track, chunkTimes: ChunkTimes): boolean {
  if (!isSameRate(chunkTimes.rateHz, track.rateHz) || isOutOfPlace(track, chunkTimes)) return false;
  const joinsEnd =
    !isShort(chunkTimes, track.usualDurationMs) && Math.abs(chunkTimes.startMs - track.endMs) <= joinToleranceMs;
  return joinsEnd || track.offsetMs - chunkTimes.offsetMs <= joinToleranceMs;
}

/** Returns whether the times of a chunk do not fit the trace: too late, in the future, or before the last chunk. */
function isOutOfPlace(track: Track, { startMs, offsetMs }: ChunkTimes): boolean {
  const isLate = offsetMs - track.offsetMs > lateLimitMs;
  const isAhead = track.offsetMs - offsetMs > aheadLimitMs;
  const isBehind = startMs <= track.startMs;
  return isLate || isAhead || isBehind;
}

/** Extends the trace by a chunk. A short chunk does not move the end, because the next real chunk may begin earlier. */
function extendTrace(track: Track, chunkTimes: ChunkTimes): void {
  const { durationMs } = chunkTimes;
  for (const line of track.lines) line.leadMs = Math.max(-traceLeadMsMax, line.leadMs - durationMs);
  const isShortChunk = isShort(chunkTimes, track.usualDurationMs);
  track.usualDurationMs += (durationMs - track.usualDurationMs) * Math.min(1, durationMs / usualDurationWindowMs);
  if (isShortChunk) return;
  track.offsetMs = Math.min(track.offsetMs + offsetRise * durationMs, chunkTimes.offsetMs);
  track.startMs = chunkTimes.startMs;
  track.endMs = chunkTimes.endMs;
}

/** Adds an odd chunk to its line, or begins a line. Returns whether the line must replace the trace. */
function replacesTrace(track: Track, chunkTimes: ChunkTimes): boolean {
  const { rateHz, endMs, durationMs, receivedMs, offsetMs } = chunkTimes;
  track.lines = track.lines.filter((line) => receivedMs - line.receivedMs <= lineSilentMs + 2 * line.firstDurationMs);
  const line = track.lines.find((other) => fitsLine(other, chunkTimes));
  if (!line) {
    if (track.lines.length >= linesMax) dropShortestLine(track.lines);
    track.lines.push({
      rateHz,
      firstEndMs: endMs,
      offsetMs,
      firstDurationMs: durationMs,
      endMs,
      receivedMs,
      leadMs: durationMs,
    });
    return false;
  }
  const coveredMs = Math.min(durationMs, endMs - line.endMs);
  if (coveredMs <= 0) return false;
  line.leadMs += coveredMs;
  line.endMs = endMs;
  line.receivedMs = receivedMs;
  // If both the trace and a line have a chunk for every moment, the line leads by less than two chunks, and the trace
  // stays.
  const { usualDurationMs } = track;
  return (
    endMs - line.firstEndMs >= lineMsMin &&
    line.leadMs >= usualDurationMs + durationMs - coverTolerance * Math.min(usualDurationMs, durationMs)
  );
}

/**
 * Returns whether a chunk fits a line. Chunks of very different durations never share a line, even if their times fit.
 */
function fitsLine(line: Line, chunkTimes: ChunkTimes): boolean {
  const { rateHz, endMs, durationMs, offsetMs } = chunkTimes;
  if (
    !isSameRate(rateHz, line.rateHz) ||
    durationMs < line.firstDurationMs / 2 ||
    durationMs > line.firstDurationMs * 2
  )
    return false;
  return Math.abs(offsetMs - line.offsetMs) <= lineJitterMs + lineDrift * Math.abs(endMs - line.firstEndMs);
}

function dropShortestLine(lines: Line[]): void {
  const leastLeadMs = Math.min(...lines.map(({ leadMs }) => leadMs));
  lines.splice(
    lines.findIndex(({ leadMs }) => leadMs === leastLeadMs),
    1,
  );
}

/**
 * Begins the trace again with a chunk of its new line. If the device's clock was set, the screens clear their traces.
 */
function restartTrace(track: Track, chunkTimes: ChunkTimes): void {
  const { rateHz, startMs, endMs, offsetMs, durationMs } = chunkTimes;
  const clockWasSet = isOutOfPlace(track, chunkTimes) || track.offsetMs - offsetMs > joinToleranceMs;
  const timeline = track.timeline + (clockWasSet ? 1 : 0);
  Object.assign(track, {
    chunks: [],
    rateHz,
    startMs,
    endMs,
    offsetMs,
    usualDurationMs: durationMs,
    timeline,
    lines: [],
  } satisfies Omit<Track, 'lastReceivedMs'>);
}

/** Returns the kept chunks of a wave, oldest first. */
export function recentChunks(state: WaveState, associationId: string, code: string): readonly Chunk[] {
  return state.tracks.get(trackKey(associationId, code))?.chunks ?? [];
}

/** Removes waves for which no chunk was received in the last `silentMs`. */
export function forgetTracks(state: WaveState, nowMs: number, silentMs: number): void {
  for (const [key, track] of state.tracks) if (nowMs - track.lastReceivedMs > silentMs) state.tracks.delete(key);
  forgetCoverage(state.coverage, nowMs);
}
