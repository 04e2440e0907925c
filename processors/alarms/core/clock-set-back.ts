/** Moves the device times of present alarms after the device's clock was set back. Pure. */
import type { LiveAlarm } from './alarm.ts';
import type { BookPart } from './book-part.ts';
import type { Condition } from './condition.ts';

/**
 * Returns the book after the device's clock was set back. The detectors move their own times with the clock
 * (limits.ts). An alarm with a time of the old clock would show no worse value until the new clock reaches that time,
 * for example for an hour at the end of summer time, and its end would lie in the future. The times that the screens
 * already have (`onsetAt`) stay. If the clock is then set forward again, the onset moves forward again. Otherwise the
 * alarm would seem to cover the time between the two clocks, and stored readings of this time would raise no alarm.
 */
export function afterClockSetBack(book: BookPart, conditions: readonly Condition[]): BookPart {
  let moved: Record<string, LiveAlarm> | undefined;
  for (const { key, onset, valueAt, outOfOrder, code } of conditions) {
    const live = book.live[key];
    // Two modules with their own clocks, such as an arterial line and a cuff, can share an alarm.
    if (live === undefined || !live.alarm.present || outOfOrder || code !== live.alarm.code) continue;
    const isSetBack = valueAt < live.toldAt;
    const isSetForwardAgain = live.onset < Date.parse(live.alarm.onsetAt) && onset > live.onset;
    if (!isSetBack && !isSetForwardAgain) continue;
    moved ??= { ...book.live };
    moved[key] = {
      ...live,
      onset: isSetBack ? Math.min(live.onset, onset) : onset,
      toldAt: Math.min(live.toldAt, valueAt),
    };
  }
  return moved === undefined ? book : { ...book, live: moved };
}
