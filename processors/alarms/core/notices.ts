/** The gateway's notices about a bed, as technical conditions. Each holds for as long as the gateway said, from its last notice. Pure. */
import { gatewayNotices } from '../../../contracts/bed-notices.ts';
import type { Condition } from './condition.ts';
import type { NoticeInput } from './inputs.ts';

/** By code: the start (the gateway's clock) and the end. At most one of each code. */
export type NoticesPart = Readonly<
  Partial<Record<NoticeInput['notice'], { readonly since: number; readonly until: number }>>
>;

export function notice(part: NoticesPart, { notice: code, receivedAt, forMs }: NoticeInput, now: number): NoticesPart {
  const before = part[code];
  const until = Math.max(receivedAt + forMs, before?.until ?? 0);
  return until <= now ? part : { ...part, [code]: { since: before?.since ?? receivedAt, until } };
}

/** Ends the notices whose time has passed. */
export function endNotices(part: NoticesPart, now: number): NoticesPart {
  if (noticesDue(part) > now) return part;
  return Object.fromEntries(Object.entries(part).filter(([, { until }]) => until > now));
}

/** Returns the wall clock at which the next notice ends. */
export function noticesDue(part: NoticesPart): number {
  let due = Number.POSITIVE_INFINITY;
  for (const code in part) due = Math.min(due, part[code as NoticeInput['notice']]!.until);
  return due;
}

const none: readonly Condition[] = [];

export function noticeConditions(part: NoticesPart): readonly Condition[] {
  if (noticesDue(part) === Number.POSITIVE_INFINITY) return none;
  return Object.entries(part).map(([code, { since }]) => ({
    key: code,
    name: code,
    kind: 'technical',
    chain: code,
    rank: 0,
    ...gatewayNotices[code as NoticeInput['notice']],
    onset: since,
    determined: since,
    valueAt: since,
    excess: 0,
    late: false,
    outOfOrder: false,
  }));
}
