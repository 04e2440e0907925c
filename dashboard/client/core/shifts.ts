/** Computes when shifts begin, from the shift times of the hospital and in the screen's time zone. Pure. */
import { hourMs } from '../../../contracts/durations.ts';

/** The times of day at which shifts begin, in minutes after midnight and in order. There is at least one. */
export type ShiftStarts = readonly number[];

/** The night shift is the shift that lasts at this hour (ours). */
const nightHour = 3;
/** For this time after its beginning, a shift is too short for a summary of its own (ours). */
const firstHourMs = hourMs;

/**
 * Returns the instants at which shifts begin from two days before to two days after an instant. On the day on which the
 * clock goes forward, a time that does not exist counts as the same time after the change.
 */
function beginningsAround(starts: ShiftStarts, ms: number): number[] {
  const date = new Date(ms);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  return [-2, -1, 0, 1, 2]
    .flatMap((days) => starts.map((minutes) => new Date(year, month, day + days, 0, minutes).getTime()))
    .sort((a, b) => a - b);
}

/** Returns when the shift began that lasts at an instant. */
export const shiftStart = (starts: ShiftStarts, ms: number): number =>
  beginningsAround(starts, ms).findLast((beginMs) => beginMs <= ms) ?? ms;

/** Returns when the shift ends that lasts at an instant. */
export const shiftEnd = (starts: ShiftStarts, ms: number): number =>
  beginningsAround(starts, ms).find((beginMs) => beginMs > ms) ?? ms;

/** Returns the last night shift that has ended. */
export function lastNight(starts: ShiftStarts, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const now = new Date(nowMs);
  const nights = [0, 1, 2].map((days) => {
    const inNight = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days, nightHour).getTime();
    return { fromMs: shiftStart(starts, inNight), toMs: shiftEnd(starts, inNight) };
  });
  return nights.find(({ toMs }) => toMs <= nowMs) ?? nights[2]!;
}

/**
 * Returns from when on the summary of a shift reports if nobody chose a time. In the first hour of a shift, this is the
 * beginning of the shift before, because this shift has only minutes to report.
 */
export function summaryStart(starts: ShiftStarts, nowMs: number): number {
  const thisShiftMs = shiftStart(starts, nowMs);
  return nowMs - thisShiftMs < firstHourMs ? shiftStart(starts, thisShiftMs - 1) : thisShiftMs;
}

/**
 * Returns until when a new assignment lasts if nobody chose a time: to the end of the shift. In the last hour of a shift,
 * this is the end of the next shift.
 */
export const assignmentEnd = (starts: ShiftStarts, nowMs: number): number => shiftEnd(starts, nowMs + hourMs);
