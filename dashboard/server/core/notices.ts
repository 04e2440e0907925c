/**
 * Notices at a bed: what a person must know to trust its data. Some come from the gateway (`NoticeRecord`), others from
 * the fold of readings. Each ends by itself at `untilMs` unless it is noted again.
 */
import { endsClockMeasure, gatewayNotices } from '../../../contracts/bed-notices.ts';
import type { NoticeRecord } from '../../../contracts/messages/records.ts';
import { notAhead } from '../../../contracts/steady-time.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { BedNotice } from '../../protocol/rest.ts';
import { bedFor } from './beds.ts';
import { type BedState, type LiveState, stampHead } from './state.ts';

/** The code of the notice that says how wrong the device's clock is (device-clocks.ts). */
export const clockNotice = 'device-clock';
/** Notices of one bed at once. Their codes are ours, so only a mistake reaches this bound. */
const noticesMax = 16;

/**
 * Shows a notice at a bed, or extends it. Its first `since` stays while it lasts; a new text replaces the old one.
 * @param untilMs when it ends by itself, on this server's clock
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
  if (former?.text !== notice.text) stampHead(state, bed);
}

export function endNotice(state: LiveState, bed: BedState, code: string): void {
  if (bed.notices.delete(code)) stampHead(state, bed);
}

/** Folds a notice of the gateway. */
export function foldNotice(state: LiveState, associationId: string, record: NoticeRecord, nowMs: number): void {
  const receivedMs = parseInstant(record.receivedAt);
  if (receivedMs === undefined) return;
  const sinceMs = notAhead(receivedMs, nowMs);
  if (sinceMs + record.forMs <= nowMs) return;
  const bed = bedFor(state, associationId, record.deviceId);
  if (bed === undefined) return;
  const { text } = gatewayNotices[record.notice];
  noteNotice(state, bed, { code: record.notice, text, sinceMs, untilMs: sinceMs + record.forMs });
  const clock = state.devices.get(record.deviceId)?.clock;
  if (clock === undefined || !endsClockMeasure(record.notice, sinceMs, clock.heardMs)) return;
  clock.toldMs = 0;
  endNotice(state, bed, clockNotice);
}

/** Ends the notices whose time is over. Call it about once a second. */
export function endNotices(state: LiveState, nowMs: number): void {
  for (const bed of state.beds.values())
    for (const [code, { untilMs }] of bed.notices) if (untilMs <= nowMs) endNotice(state, bed, code);
}

/** Returns the notices for the screens, the oldest first. */
export function noticesOf(bed: BedState): BedNotice[] {
  return [...bed.notices]
    .map(([code, { text, sinceMs }]) => ({ code, text, since: formatInstant(sinceMs) }))
    .sort((a, b) => a.since.localeCompare(b.since));
}
