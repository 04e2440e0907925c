/**
 * The notices about a bed (contracts/bed-notices.ts), as technical conditions. A notice stays for the time that its
 * sender has set. Pure.
 */
import { alarmNotices } from '../../../contracts/bed-notices.ts';
import { type Condition, technicalCondition } from './condition.ts';
import type { NoticeInput } from './inputs.ts';

/** The start (the gateway's clock) and the end of each present notice, by code. */
export type NoticesPart = Readonly<
  Partial<Record<NoticeInput['notice'], { readonly since: number; readonly until: number }>>
>;

/** Handles a notice. A repeated notice extends the earlier notice. */
export function takeNotice(
  part: NoticesPart,
  { notice: code, receivedAt, forMs }: NoticeInput,
  now: number,
): NoticesPart {
  const before = part[code];
  const until = Math.max(receivedAt + forMs, before?.until ?? 0);
  return until <= now ? part : { ...part, [code]: { since: before?.since ?? receivedAt, until } };
}

/** Returns the part without the notices whose time has passed. */
export function endExpiredNotices(part: NoticesPart, now: number): NoticesPart {
  if (noticesDue(part) > now) return part;
  return Object.fromEntries(Object.entries(part).filter(([, { until }]) => until > now));
}

/** Returns the wall-clock time at which the next notice ends; infinity without a notice. */
export function noticesDue(part: NoticesPart): number {
  let due = Number.POSITIVE_INFINITY;
  for (const code in part) due = Math.min(due, part[code as NoticeInput['notice']]!.until);
  return due;
}

const noConditions: readonly Condition[] = [];

export function noticeConditions(part: NoticesPart): readonly Condition[] {
  if (noticesDue(part) === Number.POSITIVE_INFINITY) return noConditions;
  return Object.entries(part).map(([code, { since }]) => {
    const { priority, text } = alarmNotices[code as NoticeInput['notice']];
    return technicalCondition(code, priority, text, since);
  });
}
