/** Late or repeated readings about the past. If their alarm is already known and has ended, they add nothing. Pure. */
import type { BookPart } from './book-part.ts';
import { subsumption } from './chains.ts';
import type { Condition } from './condition.ts';

type Known = Pick<BookPart, 'live' | 'closed'>;

/**
 * Removes what late or repeated readings show if it was an alarm before. It does not call instead of a condition that holds now. The same
 * goes for what it covered.
 */
export function withoutPast(book: Known, found: readonly Condition[]): readonly Condition[] {
  const isPast = (condition: Condition) => condition.outOfOrder && !book.live[condition.key]?.alarm.present;
  const known = found.filter((condition) => isPast(condition) && isKnown(book, condition, condition.onset));
  if (known.length === 0) return found;
  const isCovered = subsumption(known);
  return found.filter((condition) => !(known.includes(condition) || (isPast(condition) && isCovered(condition))));
}

/**
 * Returns whether a late or repeated reading shows a condition that was already an alarm. @param until it held at least until then: a
 * swapped reading may show that it began a little before the alarm did
 */
export function isKnown(book: Known, { key, onset }: Condition, until: number): boolean {
  const within = (from: number, to: number) => until >= from && onset <= to;
  const live = book.live[key];
  if (live?.alarm.resolvedAt !== undefined && within(live.onset, Date.parse(live.alarm.resolvedAt))) return true;
  return book.closed.some((entry) => entry.key === key && within(entry.from, entry.to));
}
