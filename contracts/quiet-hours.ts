/** Decides whether a time is in the quiet hours of a day. Pure. */
import type { QuietHours } from './messages/delivery-policy.ts';

/**
 * Returns whether a time is in the quiet hours: `from` is included, `until` is excluded. Quiet hours may pass midnight.
 * @throws RangeError if the time zone does not exist; `isTimeZone` checks this
 */
export function isQuiet({ from, until, timeZone }: QuietHours, atMs: number): boolean {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(atMs);
  return from < until ? time >= from && time < until : time >= from || time < until;
}

/** Returns whether a time zone of this name exists, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
