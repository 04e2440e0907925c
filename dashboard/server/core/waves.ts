/**
 * Keeps the newest seconds of each waveform, for a screen that opens, and decides what is live. A chunk is live if it
 * did not come much later than usual: a device's clock may be wrong by any constant, but buffered chunks come later
 * than the rest.
 *
 * Odd chunks may come beside the real ones: of another rate, from another clock, much shorter. The side that covers
 * more time is the trace. The number of chunks proves nothing: a hundred chunks of 8 ms are less than one second of an
 * ECG.
 */
import type { WaveformRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { samplesMs } from '../../../contracts/wave-samples.ts';

/** Waves (association and code) kept at once; past it the wave that is silent for longest is forgotten. */
export const wavesMax = 4_000;
/** This much device time of each wave is kept for a screen that opens. */
export const keptMs = 8_000;
/** And no more chunks than this; the oldest go. */
export const keptChunksMax = 512;
/** A chunk that comes later than usual by more than this is not live. */
const lateMs = 10_000;
/**
 * The quickest chunk is the one with the least delay. A chunk that seems quicker by more than this states a time that
 * has not come yet. It is not shown, even if it begins exactly where the trace ended.
 */
const aheadMs = 2_000;
/** Rates closer than this are one rate: some devices measure theirs anew for each chunk, within 1 % to either side. */
const rateTolerance = 0.025;
/**
 * A chunk joins if it begins this close to the end of the trace. A chunk that does not join may seem quicker than the
 * quickest by no more than this.
 */
const joinMs = 250;
/** The usual duration of a trace's chunks follows them over about this much covered time. */
const usualOverMs = 3_000;
/** The least delay rises by this part of the time that passes: a clock drifts, or one odd chunk was too quick. */
const offsetRise = 0.05;
/**
 * A line is a run of chunks that do not fit the trace but fit each other. At most this many lines are watched; past it
 * the line that covers least is forgotten.
 */
const linesMax = 4;
/** A line replaces the trace only after it has gone on for this long, at the pace of real time. */
const lineMsMin = 900;
/** How far the pace of a line may be off: jitter of the network, ms, and drift. A buffer that empties is faster. */
const lineJitterMs = 200;
const lineDrift = 0.05;
/** A line is forgotten when it is silent for this and twice its chunks' duration. */
const lineSilentMs = 2_000;
/**
 * The time by which the trace covers more than a line counts against the line up to this, so that a trace of long
 * standing can end.
 */
const creditMsMax = 5_000;
/** A line may lack this part of its shorter chunk: times are rounded, rates measured anew. */
const slack = 0.1;

export type Chunk = {
  readonly associationId: string;
  readonly code: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The rate with which to draw it: the trace's, which stays the same when the device measures its own anew. */
  readonly rateHz: number;
  readonly record: WaveformRecord;
  /** Changes each time the trace begins anew because the device's clock was set; 0 at first. */
  readonly timeline: number;
};

/** What a chunk states, and when it came. */
type Piece = {
  readonly rateHz: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly lastsMs: number;
  readonly receivedMs: number;
  /** Receive time − device time of its end. */
  readonly offsetMs: number;
};

/**
 * Chunks that do not belong in the trace, but belong together: of one rate, of like duration, equally far from the time
 * at which they came.
 */
type Line = {
  readonly rateHz: number;
  /** The end of the line's first chunk, and what else is known of it. */
  readonly fromMs: number;
  readonly lastsMs: number;
  readonly offsetMs: number;
  endMs: number;
  receivedMs: number;
  /** How much more time the line has covered than the trace has since the line began. */
  leadMs: number;
};

type Track = {
  chunks: Chunk[];
  /** Of the trace. */
  rateHz: number;
  /** Start and end of its last chunk, device time. */
  startMs: number;
  endMs: number;
  /** The smallest recent (receive time − device time): the error of the device's clock and the usual delay. */
  offsetMs: number;
  /** How long its chunks last. */
  usualMs: number;
  timeline: number;
  lines: Line[];
  lastReceivedMs: number;
};

export type WaveState = { readonly tracks: Map<string, Track> };

export function emptyWaves(): WaveState {
  return { tracks: new Map() };
}

function trackKey(associationId: string, code: string): string {
  return `${associationId}/${code}`;
}

/**
 * Takes a chunk. A chunk that differs from the trace, by its rate or by its place, is not shown: it would blank the
 * trace for as long as it claims to last, and a buffer that empties would draw the past. If such chunks go on at the
 * pace of real time and cover more than the trace does, the device's clock or rate was set, and the trace begins anew
 * with them.
 * @returns the chunk if the screens show it now; undefined if it came late, twice, without a time or is odd
 */
export function foldWave(state: WaveState, associationId: string, record: WaveformRecord): Chunk | undefined {
  const { reading } = record;
  const { rateHz } = reading;
  const startMs = parseInstant(reading.start);
  const receivedMs = parseInstant(record.receivedAt);
  if (startMs === undefined || receivedMs === undefined) return undefined;
  const lastsMs = samplesMs(reading.samples, rateHz);
  const endMs = startMs + lastsMs;
  const piece = { rateHz, startMs, endMs, lastsMs, receivedMs, offsetMs: receivedMs - endMs };
  const track = trackOf(state, associationId, reading.code, piece);
  track.lastReceivedMs = Math.max(track.lastReceivedMs, receivedMs);
  if (belongs(track, piece)) goOn(track, piece);
  else if (replaces(track, piece)) beginAnew(track, piece);
  else return undefined;
  const { timeline } = track;
  const chunk = { associationId, code: reading.code, startMs, endMs, rateHz: track.rateHz, record, timeline };
  track.chunks.push(chunk);
  while (track.chunks.length > 1 && isPast(track, track.chunks[0]!)) track.chunks.shift();
  return chunk;
}

function isPast(track: Track, oldest: Chunk): boolean {
  return oldest.endMs < track.endMs - keptMs || track.chunks.length > keptChunksMax;
}

function trackOf(state: WaveState, associationId: string, code: string, piece: Piece): Track {
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
    rateHz: piece.rateHz,
    startMs: Number.NEGATIVE_INFINITY,
    endMs: piece.startMs,
    offsetMs: piece.offsetMs,
    usualMs: piece.lastsMs,
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

/** A chunk that is much shorter than the others may be shown, but proves nothing. */
function isShort({ lastsMs }: Piece, usualMs: number): boolean {
  return lastsMs < usualMs / 2;
}

/** Whether a chunk is shown in the trace as it is. */
function belongs(track: Track, piece: Piece): boolean {
  if (!isSameRate(piece.rateHz, track.rateHz) || isElsewhere(track, piece)) return false;
  const joins = !isShort(piece, track.usualMs) && Math.abs(piece.startMs - track.endMs) <= joinMs;
  return joins || track.offsetMs - piece.offsetMs <= joinMs;
}

/** Whether a chunk lies where the trace cannot be, by its own clock. */
function isElsewhere(track: Track, { startMs, offsetMs }: Piece): boolean {
  const isLate = offsetMs - track.offsetMs > lateMs;
  const isAhead = track.offsetMs - offsetMs > aheadMs;
  const isBehind = startMs <= track.startMs;
  return isLate || isAhead || isBehind;
}

/** Moves the trace on. A short chunk moves nothing: the real one that follows may begin before it. */
function goOn(track: Track, piece: Piece): void {
  const { lastsMs } = piece;
  for (const line of track.lines) line.leadMs = Math.max(-creditMsMax, line.leadMs - lastsMs);
  const isWeightless = isShort(piece, track.usualMs);
  track.usualMs += (lastsMs - track.usualMs) * Math.min(1, lastsMs / usualOverMs);
  if (isWeightless) return;
  track.offsetMs = Math.min(track.offsetMs + offsetRise * lastsMs, piece.offsetMs);
  track.startMs = piece.startMs;
  track.endMs = piece.endMs;
}

/**
 * Adds a chunk that does not belong in the trace to its line. Returns whether that line has covered enough to replace
 * the trace.
 */
function replaces(track: Track, piece: Piece): boolean {
  const { rateHz, endMs, lastsMs, receivedMs, offsetMs } = piece;
  track.lines = track.lines.filter((line) => receivedMs - line.receivedMs <= lineSilentMs + 2 * line.lastsMs);
  const line = track.lines.find((other) => isLike(other, piece));
  if (!line) {
    if (track.lines.length >= linesMax) dropLeast(track.lines);
    track.lines.push({ rateHz, fromMs: endMs, offsetMs, lastsMs, endMs, receivedMs, leadMs: lastsMs });
    return false;
  }
  const coveredMs = Math.min(lastsMs, endMs - line.endMs);
  if (coveredMs <= 0) return false;
  line.leadMs += coveredMs;
  line.endMs = endMs;
  line.receivedMs = receivedMs;
  // Two lines that both cover all of the time lead by turns, each by less than a chunk of either: the trace stays.
  const { usualMs } = track;
  return endMs - line.fromMs >= lineMsMin && line.leadMs >= usualMs + lastsMs - slack * Math.min(usualMs, lastsMs);
}

/** A short odd chunk and a real one never share a line, even if both lie in one place: one would stop the other. */
function isLike(line: Line, piece: Piece): boolean {
  const { rateHz, endMs, lastsMs, offsetMs } = piece;
  if (!isSameRate(rateHz, line.rateHz) || lastsMs < line.lastsMs / 2 || lastsMs > line.lastsMs * 2) return false;
  return Math.abs(offsetMs - line.offsetMs) <= lineJitterMs + lineDrift * Math.abs(endMs - line.fromMs);
}

function dropLeast(lines: Line[]): void {
  const least = Math.min(...lines.map(({ leadMs }) => leadMs));
  lines.splice(
    lines.findIndex(({ leadMs }) => leadMs === least),
    1,
  );
}

/**
 * Continues the trace with the chunks that have replaced it. If they lie elsewhere, what the screens have drawn is
 * void.
 */
function beginAnew(track: Track, piece: Piece): void {
  const { rateHz, startMs, endMs, offsetMs, lastsMs } = piece;
  const wasSet = isElsewhere(track, piece) || track.offsetMs - offsetMs > joinMs;
  const timeline = track.timeline + (wasSet ? 1 : 0);
  Object.assign(track, { chunks: [], rateHz, startMs, endMs, offsetMs, usualMs: lastsMs, timeline, lines: [] });
}

/** Returns the kept chunks of a wave, oldest first. */
export function recentChunks(state: WaveState, associationId: string, code: string): readonly Chunk[] {
  return state.tracks.get(trackKey(associationId, code))?.chunks ?? [];
}

/** Forgets waves that have been silent for `silentMs` of receive time. */
export function forgetTracks(state: WaveState, nowMs: number, silentMs: number): void {
  for (const [key, track] of state.tracks) if (nowMs - track.lastReceivedMs > silentMs) state.tracks.delete(key);
}
