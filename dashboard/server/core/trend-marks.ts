/** The alarms and the limits that are drawn on the trends of one association. */
import { dayMs } from '../../../contracts/durations.ts';
import type { LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { limitChangesMax, markedAlarmsMax } from '../../../contracts/trend-bounds.ts';
import type { LimitsFrom, MarkedAlarm, TrendMarks } from '../../protocol/trends.ts';
import { alarmsBetween, firstText, isCleared, type ReviewBook, type ReviewedAlarm } from './alarm-review.ts';
import { limitChangesOf, limitsFrom } from './limits-history.ts';
import type { BedState } from './state.ts';

/**
 * Alarms are searched from this long before the span of the trend (ours). An alarm that began earlier is not found,
 * even if it lasts into the span.
 */
const lastedMsMax = dayMs;

export const noMarks: TrendMarks = { alarms: [], leftOut: null, limits: [], knownFromMs: null };

/** The time of a trend, by the clock of the device. */
type Span = {
  readonly fromMs: number;
  readonly toMs: number;
  /** What must be added to a time of the server to get the time of the device. */
  readonly shiftMs: number;
};

/**
 * Returns the marks of a span.
 * @param inForce the limits that are in force now; undefined if they are not known
 * @param span for a device without a bed, the span must not begin before the device came into its present tray
 */
export function trendMarks(
  book: ReviewBook,
  { associationId, tray }: Pick<BedState, 'associationId' | 'tray'>,
  inForce: LimitsInForce | undefined,
  span: Span,
): TrendMarks {
  // A late alarm may be raised after the span. So this function examines all alarms that were raised until now.
  const raisedFromMs = tray === undefined ? span.fromMs - span.shiftMs - lastedMsMax : tray.sinceMs;
  const alarms = alarmsBetween(book, raisedFromMs, Number.POSITIVE_INFINITY)
    .filter(({ first }) => first.associationId === associationId)
    .map((alarm) => markOf(alarm, span.shiftMs))
    .filter(({ onsetMs, endMs }) => onsetMs < span.toMs && (endMs ?? span.toMs) >= span.fromMs)
    .filter(({ onsetMs }) => tray === undefined || onsetMs >= span.fromMs)
    // A present alarm must be drawn, even if it began before all other alarms.
    .sort((a, b) => lastMs(b) - lastMs(a));
  const sent = alarms.slice(0, markedAlarmsMax);
  const newestLeftOut = alarms[markedAlarmsMax];
  return {
    alarms: sent.sort((a, b) => a.onsetMs - b.onsetMs),
    leftOut:
      newestLeftOut === undefined
        ? null
        : { count: alarms.length - markedAlarmsMax, untilMs: newestLeftOut.endMs ?? span.toMs },
    limits: limitsOf(book, associationId, inForce, span),
    knownFromMs: book.isRead ? book.completeFromMs + span.shiftMs : null,
  };
}

/** Returns the last time of an alarm, which decides which alarms are left out if there are too many. */
const lastMs = ({ endMs }: MarkedAlarm) => endMs ?? Number.MAX_SAFE_INTEGER;

function markOf(alarm: ReviewedAlarm, shiftMs: number): MarkedAlarm {
  const { first, priority, raisedMs, resolved, cleared, newest } = alarm;
  const onsetMs = parseInstant(first.onsetAt) ?? raisedMs + shiftMs;
  const endedMs = isCleared(alarm) ? (resolved?.atMs ?? cleared?.atMs) : newest.present ? undefined : resolved?.atMs;
  return {
    alarmId: first.alarmId,
    priority,
    kind: first.kind,
    text: firstText(alarm),
    onsetMs,
    endMs: endedMs === undefined ? null : Math.max(onsetMs, endedMs + shiftMs),
  };
}

/** Returns the limits at the beginning of a span, if they are known, and each change in the span. */
function limitsOf(
  book: ReviewBook,
  associationId: string,
  inForce: LimitsInForce | undefined,
  { fromMs, toMs, shiftMs }: Span,
): LimitsFrom[] {
  const present = inForce && limitsFrom(inForce);
  const read = limitChangesOf(book.limits, associationId);
  // If the book has no change, the present limits were published before the book begins, and have been in force since
  // then.
  const records: readonly LimitsFrom[] = read.length > 0 || present === undefined ? read : [present];
  const changes = records.map(({ atMs, groups }) => ({ atMs: atMs + shiftMs, groups }));
  const before = changes.findLast(({ atMs }) => atMs <= fromMs);
  return [...(before ? [before] : []), ...changes.filter(({ atMs }) => atMs > fromMs && atMs < toMs)].slice(
    -limitChangesMax,
  );
}
