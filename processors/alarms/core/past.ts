/** What late or repeated readings show of the past: of an alarm that is known, and over, they say nothing new. Pure. */
import type { BookPart } from './book-part.ts';
import { subsumption } from './chains.ts';
import type { Condition } from './condition.ts';

type Known = Pick<BookPart, 'live' | 'closed'>;

/**
 * Without what readings show that came again, or late, and had been an alarm already: neither that, nor what it stood for, stands for
 * anything that holds now.
 */
export function withoutPast(book: Known, found: readonly Condition[]): readonly Condition[] {
  const isPast = (one: Condition) => one.outOfOrder && !book.live[one.key]?.alarm.present;
  const known = found.filter((one) => isPast(one) && isKnown(book, one, one.onset));
  if (known.length === 0) return found;
  const isCovered = subsumption(known);
  return found.filter((one) => !(known.includes(one) || (isPast(one) && isCovered(one))));
}

/**
 * Readings that came again, or late, and show what was an alarm already then. @param until it held till then, at least: a reading that was
 * swapped may show that it began a little before the alarm did
 */
export function isKnown(book: Known, { key, onset }: Condition, until: number): boolean {
  const within = (from: number, to: number) => until >= from && onset <= to;
  const live = book.live[key];
  if (live?.alarm.resolvedAt !== undefined && within(live.onset, Date.parse(live.alarm.resolvedAt))) return true;
  return book.closed.some((one) => one.key === key && within(one.from, one.to));
}
