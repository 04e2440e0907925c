/** Decides whether a time is in the quiet hours of a day. Pure. */
import type { QuietHours } from './messages/delivery-policy.ts';
import { wallTime } from './zones.ts';

const twoDigits = (n: number) => String(n).padStart(2, '0');

/**
 * Returns whether a time is in the quiet hours: `from` is included, `until` is excluded. Quiet hours may pass midnight.
 * @throws RangeError if the time zone does not exist; `isTimeZone` checks this
 */
export function isQuiet({ from, until, timeZone }: QuietHours, atMs: number): boolean {
  const { hour, minute } = wallTime(timeZone, atMs);
  const time = `${twoDigits(hour)}:${twoDigits(minute)}`;
  return from < until ? time >= from && time < until : time >= from || time < until;
}
