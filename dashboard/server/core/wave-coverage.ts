/**
 * Remembers for each stay which times have samples, so that a page can show the outages of a day without reading all
 * waves. Only waves that the server has read since its start count. All times are by the clock of the device, ms since
 * 1970, unless a name says something else.
 */
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';

/**
 * Length of a slot, ms (ours). Each outage of at least two slots is remembered. A shorter outage is remembered only if
 * it covers a whole slot.
 */
export const slotMs = 5_000;
const slotsPerHour = hourMs / slotMs;
const minutesPerHour = hourMs / minuteMs;
/**
 * Maximum number of hours of a stay (ours). Waves are kept for 24 to 25 h. A device whose clock was set may need
 * further hours.
 */
const hoursMax = 30;
/** Maximum number of stays; if there are more, the stay with the oldest last chunk is forgotten (ours). */
export const coveredStaysMax = 1_000;
/** Maximum number of waves of a stay; further waves are not remembered (ours). */
export const coveredWavesMax = 16;
/** A chunk may cover at most this many slots: a message has samples of 10 s at most. */
const slotsOfChunkMax = 3;
/** A chunk is late if it came more than this after its minute, ms (ours). */
const lateMsMin = minuteMs;
/** Longest time without a chunk before a stay is forgotten, ms. After this time, the log no longer has its waves. */
const silentMsMax = 26 * hourMs;

/**
 * `slots`: for each wave, 1 for each slot with samples. `changes`: for each minute, the number of its last change; 0
 * for a minute without samples. `receivedMs`: when the newest chunk of the minute was received.
 */
type Hour = {
  readonly slots: Map<string, Uint8Array>;
  readonly changes: Float64Array;
  readonly receivedMs: Float64Array;
};
type Stay = { readonly hours: Map<number, Hour>; lastReceivedMs: number };

export type WaveCoverage = {
  /** From this time of the server's clock on, the server has read all waves. */
  sinceMs: number;
  /** Rises with each chunk. A page asks for everything after the number in its last answer. */
  change: number;
  readonly stays: Map<string, Stay>;
};

export function emptyCoverage(sinceMs: number): WaveCoverage {
  return { sinceMs, change: 0, stays: new Map() };
}

type ChunkTimes = {
  readonly code: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly receivedMs: number;
};

/** Notes a chunk of a wave. @param receivedMs by the server's clock */
export function noteChunk(
  coverage: WaveCoverage,
  associationId: string,
  { code, startMs, endMs, receivedMs }: ChunkTimes,
): void {
  const stay = stayOf(coverage, associationId);
  stay.lastReceivedMs = Math.max(stay.lastReceivedMs, receivedMs);
  coverage.change += 1;
  const first = Math.floor(startMs / slotMs);
  const last = Math.min(first + slotsOfChunkMax - 1, Math.max(first, Math.ceil(endMs / slotMs) - 1));
  for (let slot = first; slot <= last; slot += 1) {
    const hourNo = Math.floor(slot / slotsPerHour);
    const hour = hourOf(stay, hourNo, Math.floor(receivedMs / hourMs));
    const inHour = slot - hourNo * slotsPerHour;
    const minute = Math.floor((inHour * slotMs) / minuteMs);
    hour.changes[minute] = coverage.change;
    hour.receivedMs[minute] = Math.max(hour.receivedMs[minute]!, receivedMs);
    const slots = hour.slots.get(code) ?? new Uint8Array(slotsPerHour);
    if (!hour.slots.has(code)) {
      if (!mayCover(stay, code)) continue;
      hour.slots.set(code, slots);
    }
    slots[inHour] = 1;
  }
}

/**
 * Returns whether a wave has a place among the waves of a stay. When the hours of a wave are forgotten, its place is
 * free again.
 */
function mayCover({ hours }: Stay, code: string): boolean {
  const codes = new Set([...hours.values()].flatMap(({ slots }) => [...slots.keys()]));
  return codes.has(code) || codes.size < coveredWavesMax;
}

function stayOf({ stays }: WaveCoverage, associationId: string): Stay {
  const existing = stays.get(associationId);
  if (existing) return existing;
  if (stays.size >= coveredStaysMax) {
    let oldest: [string, Stay] | undefined;
    for (const entry of stays) if (!oldest || entry[1].lastReceivedMs < oldest[1].lastReceivedMs) oldest = entry;
    if (oldest) stays.delete(oldest[0]);
  }
  const stay: Stay = { hours: new Map(), lastReceivedMs: 0 };
  stays.set(associationId, stay);
  return stay;
}

/** Returns an hour of a stay. If there are too many hours, the hour furthest from the present hour is forgotten. */
function hourOf({ hours }: Stay, hourNo: number, presentNo: number): Hour {
  const existing = hours.get(hourNo);
  if (existing) return existing;
  const hour = {
    slots: new Map<string, Uint8Array>(),
    changes: new Float64Array(minutesPerHour),
    receivedMs: new Float64Array(minutesPerHour),
  };
  hours.set(hourNo, hour);
  if (hours.size > hoursMax)
    hours.delete([...hours.keys()].reduce((a, b) => (Math.abs(b - presentNo) > Math.abs(a - presentNo) ? b : a)));
  return hour;
}

/** Forgets stays whose waves the log no longer has. Called about once a second. */
export function forgetCoverage({ stays }: WaveCoverage, nowMs: number): void {
  for (const [associationId, { lastReceivedMs }] of stays)
    if (nowMs - lastReceivedMs > silentMsMax) stays.delete(associationId);
}

/**
 * Returns for each wave of a stay the times without samples in a span, in whole slots. Leaves out waves without any
 * sample.
 */
export function emptyTimes(
  { stays }: WaveCoverage,
  associationId: string,
  { fromMs, toMs }: TimeSpan,
): { readonly code: string; readonly empty: TimeSpan[] }[] {
  const hours = stays.get(associationId)?.hours ?? new Map<number, Hour>();
  const codes = new Set([...hours.values()].flatMap(({ slots }) => [...slots.keys()]));
  return [...codes].sort().map((code) => {
    const empty: { fromMs: number; toMs: number }[] = [];
    // Only whole slots count: the slots at the edges are only partly in the span.
    for (let slot = Math.ceil(fromMs / slotMs); (slot + 1) * slotMs <= toMs; slot += 1) {
      const hourNo = Math.floor(slot / slotsPerHour);
      if (hours.get(hourNo)?.slots.get(code)?.[slot - hourNo * slotsPerHour] === 1) continue;
      const last = empty.at(-1);
      if (last?.toMs === slot * slotMs) last.toMs += slotMs;
      else empty.push({ fromMs: slot * slotMs, toMs: (slot + 1) * slotMs });
    }
    return { code, empty };
  });
}

/** Returns the minutes of a stay whose samples came after a change, the earliest first. */
export function changedMinutes({ stays }: WaveCoverage, associationId: string, sinceChange: number): number[] {
  const minutes: number[] = [];
  for (const [hourNo, { changes }] of stays.get(associationId)?.hours ?? [])
    for (const [minute, change] of changes.entries())
      if (change > sinceChange) minutes.push(hourNo * hourMs + minute * minuteMs);
  return minutes.sort((a, b) => a - b);
}

/**
 * Returns the delays of the late minutes of a span: from the end of the minute to the receipt of its newest chunk, ms.
 * The log has a late chunk at the time of its receipt, and not at the time of the minute.
 * @param errorMs the present error of the device's clock
 */
export function lateDelays(
  { stays }: WaveCoverage,
  associationId: string,
  { fromMs, toMs }: TimeSpan,
  errorMs: number,
): number[] {
  const hours = stays.get(associationId)?.hours;
  const delays: number[] = [];
  for (let ms = Math.floor(fromMs / minuteMs) * minuteMs; ms < toMs; ms += minuteMs) {
    const hourNo = Math.floor(ms / hourMs);
    const receivedMs = hours?.get(hourNo)?.receivedMs[(ms - hourNo * hourMs) / minuteMs] ?? 0;
    const delayMs = receivedMs - (ms + minuteMs);
    if (receivedMs > 0 && delayMs - errorMs > lateMsMin) delays.push(delayMs);
  }
  return delays;
}
