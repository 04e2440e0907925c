/** The times of day at which the shifts of the hospital begin. */
import { VigilError } from './errors.ts';

export const usualShiftTimes = '07:00,19:00';
/** One to six times of day, separated by commas. */
export const shiftTimesPattern = /^([01]\d|2[0-3]):[0-5]\d(,([01]\d|2[0-3]):[0-5]\d){0,5}$/;

/**
 * Returns the times of day at which shifts begin, in minutes after midnight and in order.
 * @param text has the form of `shiftTimesPattern`
 * @throws VigilError `settings-invalid` if a time is twice in the text
 */
export function shiftStartsOf(text: string): number[] {
  const starts = text.split(',').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  if (new Set(starts).size < starts.length)
    throw new VigilError('settings-invalid', `VIGIL_SHIFT_TIMES has one time twice: ${text}.`);
  return starts.sort((a, b) => a - b);
}
