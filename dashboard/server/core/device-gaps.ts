/** Counts the readings of a device that never came in the last day, from the numbers that the device gives to its readings. */
import { type Continuity, newContinuity, noteNumber } from '../../../contracts/continuity.ts';
import { dayMs, hourMs, minuteMs } from '../../../contracts/durations.ts';

/** Counting begins with the first reading that is not older than this, because the server reads old records at its start (ours). */
const liveMs = minuteMs;

export type DeviceGaps = {
  readonly continuity: Continuity;
  /** The missing readings of each hour since 1970, the oldest hour first; at most 25 hours. */
  hours: readonly { readonly hour: number; readonly missing: number }[];
  /** When counting began, by the gateway's clock, ms since 1970; undefined before the first numbered reading. */
  sinceMs: number | undefined;
};

export const newDeviceGaps = (): DeviceGaps => ({ continuity: newContinuity(), hours: [], sinceMs: undefined });

type Numbered = { readonly boot: string; readonly seq: number; readonly timeMs: number };

/**
 * Counts the number of one reading. A missing reading that comes later is not missing any more. A reading of an
 * earlier start from before the beginning is left out: the server reads old records after the newest ones, and the page
 * says since when it counts.
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
  noteNumber(gaps.continuity, boot, seq, timeMs, counts);
  if (counts.filled > 0) gaps.hours = withoutFilled(gaps.hours, counts.filled);
  if (counts.missing === 0) return;
  const hour = Math.floor(receivedMs / hourMs);
  const kept = gaps.hours.filter((entry) => entry.hour > hour - 25 && entry.hour !== hour);
  const former = gaps.hours.find((entry) => entry.hour === hour)?.missing ?? 0;
  gaps.hours = [...kept, { hour, missing: former + counts.missing }].sort((a, b) => a.hour - b.hour).slice(-25);
}

/**
 * Takes readings that came later from the oldest hours, because the hour of a hole is not known. An hour with less than 0
 * would hide the missing readings of other hours after the hour of the hole is forgotten.
 */
function withoutFilled(hours: DeviceGaps['hours'], filled: number): DeviceGaps['hours'] {
  let left = filled;
  return hours.flatMap(({ hour, missing }) => {
    const taken = Math.min(left, missing);
    left -= taken;
    return missing > taken ? [{ hour, missing: missing - taken }] : [];
  });
}

/** Returns the number of missing readings of the last 24 to 25 hours; null if the device does not number its readings. */
export function missingReadings(
  { hours, sinceMs }: DeviceGaps,
  nowMs: number,
): { readonly missing: number; readonly sinceMs: number } | null {
  if (sinceMs === undefined) return null;
  const firstHour = Math.floor((nowMs - dayMs) / hourMs);
  const missing = hours.filter(({ hour }) => hour >= firstHour).reduce((sum, entry) => sum + entry.missing, 0);
  return { missing: Math.max(0, missing), sinceMs: Math.max(sinceMs, firstHour * hourMs) };
}
