/** Moves the device times of present alarms after the device's clock was set back. Pure. */
import type { LiveAlarm } from './alarm.ts';
import type { BookPart } from './book-part.ts';
import type { Condition } from './condition.ts';

/**
 * Returns the book after the device's clock was set back. The detectors move their own times with the clock
 * (limits.ts). An alarm with a time of the old clock would show no worse value until the new clock reaches that time,
 * for example for an hour at the end of summer time, and its end would lie in the future. The times that the screens
 * already have (`onsetAt`) stay.
 */
export function afterClockSetBack(book: BookPart, conditions: readonly Condition[]): BookPart {
  let moved: Record<string, LiveAlarm> | undefined;
  for (const { key, onset, valueAt, outOfOrder } of conditions) {
    const live = book.live[key];
    if (live === undefined || !live.alarm.present || outOfOrder || valueAt >= live.toldAt) continue;
    moved ??= { ...book.live };
    moved[key] = { ...live, onset: Math.min(live.onset, onset), toldAt: valueAt };
  }
  return moved === undefined ? book : { ...book, live: moved };
}
