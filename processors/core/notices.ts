/** The gateway's notices about a bed, as technical alarms: each holds for as long as the gateway said, from its last word. */
import { endsClockMeasure, gatewayNotices } from '../../contracts/bed-notices.ts';
import type { Draft } from './draft.ts';
import type { NoticeInput } from './inputs.ts';
import { reconcile } from './reconcile.ts';
import { dropTechnical, setTechnical } from './silence.ts';
import type { State } from './state.ts';

export function notice(d: Draft, { notice: code, receivedAt, forMs }: NoticeInput): void {
  const until = Math.max(receivedAt + forMs, d.s.notices?.[code] ?? 0);
  if (until <= d.now) return;
  d.s.notices = { ...d.s.notices, [code]: until };
  setTechnical(d, code, { condition: code, ...gatewayNotices[code], onset: receivedAt });
  if (endsClockMeasure(code, receivedAt, d.s.silence.readingAt)) dropTechnical(d, 'clock-skew');
  reconcile(d, receivedAt);
}

/** Ends every notice whose time is over at `d.now`. */
export function endNotices(d: Draft): void {
  const all = Object.entries(d.s.notices ?? {});
  for (const [code, until] of all) if (until <= d.now) dropTechnical(d, code);
  d.s.notices = Object.fromEntries(all.filter(([, until]) => until > d.now));
  reconcile(d, d.now);
}

/** The wall clock at which the next notice ends. */
export function noticesDue({ notices = {} }: State): number {
  return Math.min(...Object.values(notices), Number.POSITIVE_INFINITY);
}
