/**
 * Finds past conditions: late or repeated readings show them, but their alarms are known and have ended. A past
 * condition raises no alarm again. Pure.
 */
import type { BookPart } from './book-part.ts';
import { subsumption } from './chains.ts';
import type { Condition } from './condition.ts';

type KnownAlarms = Pick<BookPart, 'live' | 'closed'>;

/**
 * Returns the conditions without past conditions. A condition of a late or repeated reading is past in two cases: it
 * was already an alarm that has ended, or a more serious condition of the same cause is past. Past conditions must
 * leave the list: otherwise a past condition could call instead of a less serious condition of the same cause that
 * holds now.
 */
export function withoutPast(book: KnownAlarms, conditions: readonly Condition[]): readonly Condition[] {
  const isPast = (condition: Condition) => condition.outOfOrder && !book.live[condition.key]?.alarm.present;
  const pastConditions = conditions.filter(
    (condition) => isPast(condition) && wasAlreadyAlarm(book, condition, condition.onset),
  );
  if (pastConditions.length === 0) return conditions;
  const isCovered = subsumption(pastConditions);
  return conditions.filter(
    (condition) => !(pastConditions.includes(condition) || (isPast(condition) && isCovered(condition))),
  );
}

/**
 * Returns whether a condition of a late or repeated reading was already an alarm: the time from its onset to `until`
 * overlaps with the alarm's time.
 * @param until device time until which the condition held for certain
 */
export function wasAlreadyAlarm(book: KnownAlarms, { key, onset }: Condition, until: number): boolean {
  const within = (from: number, to: number) => until >= from && onset <= to;
  const live = book.live[key];
  if (live?.alarm.resolvedAt !== undefined && within(live.onset, Date.parse(live.alarm.resolvedAt))) return true;
  return book.closed.some((entry) => entry.key === key && within(entry.from, entry.to));
}
