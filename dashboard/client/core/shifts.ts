/** Computes when shifts begin, from the shift times of the hospital and in the zone of the ward. Pure. */
import { hourMs } from '../../../contracts/durations.ts';
import { instantOfWall, type WallTime, wallTime } from '../../../contracts/zones.ts';
import { pageZone } from './zones.ts';

/** The times of day at which shifts begin, in minutes after midnight and in order. There is at least one. */
export type ShiftStarts = readonly number[];

/** The night shift is the shift that lasts at this hour (ours). */
const nightHour = 3;
/** For this time after its beginning, a shift is too short for a summary of its own (ours). */
const firstHourMs = hourMs;

/** Returns the instant of a time of a day, some days after the day of a wall time. */
const instantOfDay = (zone: string, { year, month, day }: WallTime, days: number, minutes: number): number =>
  instantOfWall(zone, { year, month, day: day + days, hour: 0, minute: minutes, second: 0 });

/**
 * Returns the instants at which shifts begin from two days before to two days after an instant. On the day on which the
 * clock goes forward, a time that does not exist counts as the same time after the change. A time that comes twice is the
 * first of the two.
 */
function beginningsAround(starts: ShiftStarts, ms: number, zone: string): number[] {
  const wall = wallTime(zone, ms);
  return [-2, -1, 0, 1, 2]
    .flatMap((days) => starts.map((minutes) => instantOfDay(zone, wall, days, minutes)))
    .sort((a, b) => a - b);
}

/** Returns when the shift began that lasts at an instant. */
export const shiftStart = (starts: ShiftStarts, ms: number, zone = pageZone()): number =>
  beginningsAround(starts, ms, zone).findLast((beginMs) => beginMs <= ms) ?? ms;

/** Returns when the shift ends that lasts at an instant. */
export const shiftEnd = (starts: ShiftStarts, ms: number, zone = pageZone()): number =>
  beginningsAround(starts, ms, zone).find((beginMs) => beginMs > ms) ?? ms;

/** Returns the last night shift that has ended. */
export function lastNight(
  starts: ShiftStarts,
  nowMs: number,
  zone = pageZone(),
): { readonly fromMs: number; readonly toMs: number } {
  const now = wallTime(zone, nowMs);
  const nights = [0, 1, 2].map((days) => {
    const inNight = instantOfDay(zone, now, -days, nightHour * 60);
    return { fromMs: shiftStart(starts, inNight, zone), toMs: shiftEnd(starts, inNight, zone) };
  });
  return nights.find(({ toMs }) => toMs <= nowMs) ?? nights[2]!;
}

/**
 * Returns the time at which the summary of a shift begins if nobody chose a time. In the first hour of a shift, this is the
 * beginning of the shift before, because this shift has only minutes to report.
 */
export function summaryStart(starts: ShiftStarts, nowMs: number, zone = pageZone()): number {
  const thisShiftMs = shiftStart(starts, nowMs, zone);
  return nowMs - thisShiftMs < firstHourMs ? shiftStart(starts, thisShiftMs - 1, zone) : thisShiftMs;
}

/**
 * Returns until when a new assignment lasts if nobody chose a time: to the end of the shift. In the last hour of a shift,
 * this is the end of the next shift.
 */
export const assignmentEnd = (starts: ShiftStarts, nowMs: number, zone = pageZone()): number =>
  shiftEnd(starts, nowMs + hourMs, zone);
