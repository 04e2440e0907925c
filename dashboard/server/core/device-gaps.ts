/**
 * Counts the missing readings of a device in the last day, from the numbers that the device gives to its readings.
 * Readings that the gateway refused or kept apart have a separate count from readings that never came.
 */
import { type Continuity, fillHoles, newContinuity, noteNumber } from '../../../contracts/continuity.ts';
import { dayMs, hourMs, minuteMs } from '../../../contracts/durations.ts';

/**
 * The count begins with the first reading that is not older than this (ours), because the server reads old records at
 * its start.
 */
const liveMs = minuteMs;

/**
 * Maximum number of remembered holes. This is more than the number of holes that one record of the gateway can fill
 * (`unusedRangesMax`).
 */
const holesMax = 128;
/**
 * Maximum number of ranges of unused numbers that wait for the reading after them. Above this number, the readings of
 * the oldest range look missing.
 */
const waitingMax = 128;

type Range = { readonly boot: string; readonly from: number; readonly to: number };

export type DeviceGaps = {
  readonly continuity: Continuity;
  /** The missing and the unused readings of each hour since 1970, the oldest hour first; at most 25 hours. */
  hours: readonly { readonly hour: number; readonly missing: number; readonly unused: number }[];
  /** Unused numbers after the newest reading that came. */
  waiting: readonly Range[];
  /** When counting began, by the gateway's clock, ms since 1970; undefined before the first numbered reading. */
  sinceMs: number | undefined;
};

export const newDeviceGaps = (): DeviceGaps => ({
  continuity: newContinuity(),
  hours: [],
  waiting: [],
  sinceMs: undefined,
});

type Numbered = { readonly boot: string; readonly seq: number; readonly timeMs: number };

/**
 * Counts the number of one reading. A missing reading that comes later is not missing any more. Leaves out a reading of
 * an earlier start of the device, if the reading was received before the count began: the server reads old records
 * after new records.
 */
export function noteReading(
  gaps: DeviceGaps,
  { boot, seq, timeMs }: Numbered,
  receivedMs: number,
  nowMs: number,
): void {
  if (gaps.sinceMs === undefined && nowMs - receivedMs > liveMs) return;
  gaps.sinceMs ??= receivedMs;
  if (boot !== gaps.continuity.boot && receivedMs < gaps.sinceMs) return;
  const counts = { missing: 0, filled: 0, repeated: 0, odd: 0 };
  noteNumber(gaps.continuity, boot, seq, timeMs, counts, holesMax);
  if (counts.filled > 0) gaps.hours = withoutFilled(gaps.hours, counts.filled);
  if (counts.missing > 0) addToHour(gaps, receivedMs, { missing: counts.missing, unused: 0 });
  if (gaps.waiting.length > 0) takeWaiting(gaps, receivedMs);
}

/**
 * Notes that the gateway got readings with these numbers and did not use them. A range may come before or after the
 * next used reading, and more than once. A number that is in no hole changes nothing. So a range cannot hide a missing
 * reading.
 */
export function noteUnused(gaps: DeviceGaps, range: Range, receivedMs: number): void {
  if (gaps.sinceMs === undefined || receivedMs < gaps.sinceMs) return;
  gaps.waiting = [...gaps.waiting, range].slice(-waitingMax);
  takeWaiting(gaps, receivedMs);
}

/**
 * Removes the waiting numbers from the holes. Numbers after the newest reading and numbers of other starts continue to
 * wait.
 */
function takeWaiting(gaps: DeviceGaps, receivedMs: number): void {
  const { continuity } = gaps;
  let unused = 0;
  gaps.waiting = gaps.waiting.flatMap((range) => {
    if (range.boot !== continuity.boot) return [range];
    unused += fillHoles(continuity, range.from, range.to, holesMax);
    return range.to < continuity.nextSeq ? [] : [{ ...range, from: Math.max(range.from, continuity.nextSeq) }];
  });
  if (unused === 0) return;
  gaps.hours = withoutFilled(gaps.hours, unused);
  addToHour(gaps, receivedMs, { missing: 0, unused });
}

function addToHour(
  gaps: DeviceGaps,
  receivedMs: number,
  more: { readonly missing: number; readonly unused: number },
): void {
  const hour = Math.floor(receivedMs / hourMs);
  const kept = gaps.hours.filter((entry) => entry.hour > hour - 25 && entry.hour !== hour);
  const former = gaps.hours.find((entry) => entry.hour === hour) ?? { missing: 0, unused: 0 };
  const entry = { hour, missing: former.missing + more.missing, unused: former.unused + more.unused };
  gaps.hours = [...kept, entry].sort((a, b) => a.hour - b.hour).slice(-25);
}

/**
 * Some missing readings came later. Subtracts their number from the counts of the oldest hours, because the hour of a
 * hole is not known. No hour goes below 0: a negative number would hide the missing readings of other hours.
 */
function withoutFilled(hours: DeviceGaps['hours'], filled: number): DeviceGaps['hours'] {
  let left = filled;
  return hours.flatMap(({ hour, missing, unused }) => {
    const taken = Math.min(left, missing);
    left -= taken;
    return missing > taken || unused > 0 ? [{ hour, missing: missing - taken, unused }] : [];
  });
}

/** Returns the missing and the unused readings of the last 24 to 25 hours; null if the device numbers no readings. */
export function missingReadings(
  { hours, sinceMs }: DeviceGaps,
  nowMs: number,
): { readonly missing: number; readonly unused: number; readonly sinceMs: number } | null {
  if (sinceMs === undefined) return null;
  const firstHour = Math.floor((nowMs - dayMs) / hourMs);
  const ofDay = hours.filter(({ hour }) => hour >= firstHour);
  const missing = ofDay.reduce((sum, entry) => sum + entry.missing, 0);
  const unused = ofDay.reduce((sum, entry) => sum + entry.unused, 0);
  return { missing: Math.max(0, missing), unused, sinceMs: Math.max(sinceMs, firstHour * hourMs) };
}
