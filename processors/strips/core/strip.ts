/** Makes strips from the records of a device. Pure. */
import type { ObservationRecord, WaveformRecord } from '../../../contracts/messages/records.ts';
import type { Strip, StripChunk, StripContent, StripNumeric } from '../../../contracts/messages/strips.ts';
import { stripSideMs } from '../../../contracts/strip-key.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { samplesMs } from '../../../contracts/wave-samples.ts';
import type { Onset } from './onsets.ts';

/** A wave record of the association, with its place in the log. */
export type WaveSource = {
  readonly body: WaveformRecord;
  readonly partition: number;
  readonly offset: string;
  readonly boot: string;
  readonly seq: number;
};

/** What was read for one association. */
export type Read = {
  readonly waves: readonly WaveSource[];
  readonly observations: readonly ObservationRecord[];
  /** Number of wave records that could not be opened, or were too many for the memory. */
  readonly unreadable: number;
};

/** A strip without the digest, which the shell computes. */
export type NewStrip = Omit<Strip, 'digest' | 'rev' | 'writtenAt'>;

/** Numerics from this time before the onset belong to the strip, ms (ours). */
const numericMsMax = 15_000;
/**
 * The appender accepts records of 1 MiB. The messages of a strip, as JSON, may have this many characters (ours). Base64
 * makes the messages a third larger, and about 86,000 characters are left for the alarm, the limits and the numbers.
 */
const chunksCharactersMax = 700_000;
/** A strip names at most this many codes of waves that it leaves out, as its schema says. */
const leftOutMax = 64;
/**
 * Longest time without samples in a complete wave: in ms, or as a share of the length of the next message, whichever is
 * longer (ours). Some devices round their times, or measure their rate for each message.
 */
const holeMsMax = 50;
const holeShareMax = 0.02;

/** @param keptFromMs the time from which Kafka still has waves, ms since 1970 */
export function stripOf(onset: Onset, read: Read, keptFromMs: number): NewStrip {
  const { alarm, deviceMs } = onset;
  const { chunks, leftOut } = fitting(chunksOf(read.waves, deviceMs));
  const limits = onset.limits;
  return {
    stripId: onset.key,
    associationId: alarm.associationId,
    deviceId: alarm.deviceId,
    alarmId: alarm.alarmId,
    onset: alarm.onsets,
    onsetAt: formatInstant(deviceMs),
    ...(onset.isComputed && { onsetIsComputed: true as const }),
    onsetWallAt: formatInstant(onset.wallMs),
    content: leftOut.length > 0 ? 'waves' : contentOf(onset, chunks, read, keptFromMs),
    isComplete: isComplete(chunks, deviceMs) && read.unreadable === 0,
    alarm,
    ...(limits !== undefined && { limits }),
    numerics: numericsAt(read.observations, deviceMs),
    chunks,
    ...(leftOut.length > 0 && { leftOut }),
    ...(read.unreadable > 0 && { unreadable: read.unreadable }),
  };
}

function contentOf(
  onset: Onset,
  chunks: readonly StripChunk[],
  { unreadable }: Read,
  keptFromMs: number,
): StripContent {
  if (chunks.length > 0) return 'waves';
  if (unreadable > 0) return 'unreadable';
  return onset.wallMs - stripSideMs < keptFromMs ? 'not-kept' : 'no-waves';
}

/** Returns the messages of the device that have samples of the strip, each once, sorted by code and start. */
function chunksOf(sources: readonly WaveSource[], onsetMs: number): StripChunk[] {
  const chunks = new Map<string, { readonly chunk: StripChunk; readonly startMs: number }>();
  for (const { body, partition, offset, boot, seq } of sources) {
    const { code, start, rateHz, scale, offset: base, samples } = body.reading;
    const startMs = parseInstant(start);
    if (startMs === undefined) continue;
    const isInside = startMs < onsetMs + stripSideMs && startMs + samplesMs(samples, rateHz) > onsetMs - stripSideMs;
    const id = `${boot} ${seq}`;
    if (!isInside || chunks.has(id)) continue;
    const source = { partition, offset, boot, seq, receivedAt: body.receivedAt };
    chunks.set(id, { startMs, chunk: { code, start, rateHz, scale, offset: base, samples, source } });
  }
  const before = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...chunks.values()]
    .sort(
      (a, b) => before(a.chunk.code, b.chunk.code) || a.startMs - b.startMs || a.chunk.source.seq - b.chunk.source.seq,
    )
    .map(({ chunk }) => chunk);
}

/** Leaves out whole waves, the last codes first, until the strip fits into a record. */
function fitting(all: readonly StripChunk[]): { chunks: StripChunk[]; leftOut: string[] } {
  const codes = [...new Set(all.map(({ code }) => code))];
  const leftOut: string[] = [];
  const sizes = new Map<string, number>();
  for (const chunk of all) sizes.set(chunk.code, (sizes.get(chunk.code) ?? 0) + JSON.stringify(chunk).length + 1);
  let size = [...sizes.values()].reduce((sum, ofWave) => sum + ofWave, 0);
  while (size > chunksCharactersMax) {
    const code = codes.pop()!;
    leftOut.unshift(code);
    size -= sizes.get(code)!;
  }
  return { chunks: all.filter(({ code }) => codes.includes(code)), leftOut: leftOut.slice(0, leftOutMax) };
}

/** Returns whether every wave has messages for the whole time of the strip. @param chunks sorted by code and start */
function isComplete(chunks: readonly StripChunk[], onsetMs: number): boolean {
  const waves = Map.groupBy(chunks, ({ code }) => code);
  return waves.size > 0 && [...waves.values()].every((ofWave) => isWithoutHole(ofWave, onsetMs));
}

function isWithoutHole(ofWave: readonly StripChunk[], onsetMs: number): boolean {
  let coveredMs = onsetMs - stripSideMs;
  for (const { start, samples, rateHz } of ofWave) {
    const startMs = parseInstant(start) ?? Number.NaN;
    const lengthMs = samplesMs(samples, rateHz);
    if (!(startMs - coveredMs <= Math.max(holeMsMax, holeShareMax * lengthMs))) return false;
    coveredMs = Math.max(coveredMs, startMs + lengthMs);
  }
  return coveredMs >= onsetMs + stripSideMs - holeMsMax;
}

/** Returns the newest numeric of each code that was measured at the onset or up to 15 s before. */
function numericsAt(observations: readonly ObservationRecord[], onsetMs: number): StripNumeric[] {
  const newest = new Map<string, { readonly numeric: StripNumeric; readonly atMs: number }>();
  for (const { reading } of observations) {
    const atMs = parseInstant(reading.time);
    if (atMs === undefined || atMs > onsetMs || atMs < onsetMs - numericMsMax) continue;
    for (const { code, value, unit, validity } of reading.values) {
      const isNewer = atMs > (newest.get(code)?.atMs ?? 0);
      if (value === undefined || !isNewer) continue;
      newest.set(code, { atMs, numeric: { code, value, unit, ...(validity && { validity }), at: reading.time } });
    }
  }
  return [...newest.values()].map(({ numeric }) => numeric).slice(0, 64);
}
