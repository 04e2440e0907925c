/** Computes when shifts begin. Uses the shift times of the hospital and the zone of the ward. Pure. */
import { hourMs } from '../../../contracts/durations.ts';
import { instantOfWall, type WallTime, wallTime } from '../../../contracts/zones.ts';
import { pageZone } from './zones.ts';

/** The times of day at which shifts begin, in minutes after midnight and in order. The list has at least one time. */
export type ShiftStarts = readonly number[];

/** The shift that is running at this hour is the night shift (ours). */
const nightHour = 3;
/** A shift that has lasted for less than this is too short for a summary of its own (ours). */
const firstHourMs = hourMs;

/** Returns the instant of a time of day. `days`: how many days after the day of `wall`. */
const instantOfDay = (zone: string, { year, month, day }: WallTime, days: number, minutes: number): number =>
  instantOfWall(zone, { year, month, day: day + days, hour: 0, minute: minutes, second: 0 });

/**
 * Returns the instants at which shifts begin, from two days before `ms` to two days after `ms`. A shift time that does
 * not exist, because the clocks are set forward, counts an hour later: 02:30 means 03:30. If a shift time comes twice,
 * the first instant counts.
 */
function beginningsAround(starts: ShiftStarts, ms: number, zone: string): number[] {
  const wall = wallTime(zone, ms);
  return [-2, -1, 0, 1, 2]
    .flatMap((days) => starts.map((minutes) => instantOfDay(zone, wall, days, minutes)))
    .sort((a, b) => a - b);
}

/** Returns the beginning of the shift that is running at an instant. */
export const shiftStart = (starts: ShiftStarts, ms: number, zone = pageZone()): number =>
  beginningsAround(starts, ms, zone).findLast((beginMs) => beginMs <= ms) ?? ms;

/** Returns the end of the shift that is running at an instant. */
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
 * Returns the time at which the summary of a shift begins if nobody chose a time. In the first hour of a shift, this is
 * the beginning of the former shift, because the present shift has only minutes to report.
 */
export function summaryStart(starts: ShiftStarts, nowMs: number, zone = pageZone()): number {
  const thisShiftMs = shiftStart(starts, nowMs, zone);
  return nowMs - thisShiftMs < firstHourMs ? shiftStart(starts, thisShiftMs - 1, zone) : thisShiftMs;
}

/**
 * Returns the end of a new assignment if nobody chose a time: the end of the shift or, in the last hour of a shift, the
 * end of the next shift.
 */
export const assignmentEnd = (starts: ShiftStarts, nowMs: number, zone = pageZone()): number =>
  shiftEnd(starts, nowMs + hourMs, zone);
