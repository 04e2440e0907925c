/**
 * Keeps the notices at a bed: texts that a person must know before trusting the bed's data. Some notices come from the
 * gateway (`NoticeRecord`), others from the code that folds readings into the state. A notice ends at `untilMs` unless
 * it is extended.
 */
import { gatewayNotices, voidsClockError } from '../../../contracts/bed-notices.ts';
import type { NoticeRecord } from '../../../contracts/messages/records.ts';
import { atMostNow } from '../../../contracts/steady-time.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { BedNotice } from '../../protocol/rest.ts';
import { bedFor } from './beds.ts';
import { type ForEach, forEach } from './each.ts';
import { type BedState, type LiveState, markHeaderChanged } from './state.ts';

/** The code of the notice about the error of the device's clock (device-clocks.ts). */
export const clockNoticeCode = 'device-clock';
/**
 * Maximum number of notices of one bed. There are fewer codes than this, so only a mistake in Vigil reaches this
 * number.
 */
const noticesMax = 16;

/**
 * Shows a notice at a bed, or extends the notice that has the same code. An extended notice keeps its first `sinceMs`;
 * its text is replaced. `untilMs` is by this server's clock.
 */
export function noteNotice(
  state: LiveState,
  bed: BedState,
  notice: { readonly code: string; readonly text: string; readonly sinceMs: number; readonly untilMs: number },
): void {
  const former = bed.notices.get(notice.code);
  if (former === undefined && bed.notices.size >= noticesMax) return;
  const sinceMs = former?.sinceMs ?? notice.sinceMs;
  const untilMs = Math.max(former?.untilMs ?? 0, notice.untilMs);
  bed.notices.set(notice.code, { text: notice.text, sinceMs, untilMs });
  if (former?.text !== notice.text) markHeaderChanged(state, bed);
}

export function endNotice(state: LiveState, bed: BedState, code: string): void {
  if (bed.notices.delete(code)) markHeaderChanged(state, bed);
}

/** Folds a notice of the gateway into the state of its bed. */
export function foldNotice(state: LiveState, associationId: string, record: NoticeRecord, nowMs: number): void {
  const receivedMs = parseInstant(record.receivedAt);
  if (receivedMs === undefined) return;
  const sinceMs = atMostNow(receivedMs, nowMs);
  if (sinceMs + record.forMs <= nowMs) return;
  const bed = bedFor(state, associationId, record.deviceId);
  if (bed === undefined) return;
  const { text } = gatewayNotices[record.notice];
  noteNotice(state, bed, { code: record.notice, text, sinceMs, untilMs: sinceMs + record.forMs });
  const clock = state.devices.get(record.deviceId)?.clock;
  if (clock === undefined || !voidsClockError(record.notice, sinceMs, clock.newestReceivedMs)) return;
  // The measured error of the device's clock is out of date, so it is no longer shown.
  clock.shownErrorMs = 0;
  endNotice(state, bed, clockNoticeCode);
}

/** Ends the notices whose time is over. Called about once a second. */
export function endExpiredNotices(state: LiveState, nowMs: number, each: ForEach = forEach): void {
  each(state.beds.values(), (bed) => {
    for (const [code, { untilMs }] of bed.notices) if (untilMs <= nowMs) endNotice(state, bed, code);
  });
}

/** Returns the notices for the screens, the oldest first. */
export function noticesOf(bed: BedState): BedNotice[] {
  return [...bed.notices]
    .map(([code, { text, sinceMs }]) => ({ code, text, since: formatInstant(sinceMs) }))
    .sort((a, b) => a.since.localeCompare(b.since));
}
