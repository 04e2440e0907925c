/**
 * Reads the filters of the page "Alarm history" from the page's address, and writes the filters into the address. Also
 * computes when a period begins and ends.
 */
import { dayMs, hourMs } from '../../../contracts/durations.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { priorities } from '../../../contracts/priorities.ts';
import { reviewKeptDays, reviewSpanFault } from '../../../contracts/review-span.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { AlarmReviewQuery } from '../../protocol/alarm-review.ts';
import { lastNight, type ShiftStarts, shiftStart } from './shifts.ts';
import { t, texts } from './texts.ts';

export const reviewPeriods = ['shift', 'night', '24h', '72h', 'chosen'] as const;
export type ReviewPeriod = (typeof reviewPeriods)[number];
export const periodTitles: Readonly<Record<ReviewPeriod, string>> = texts({
  shift: 'This shift',
  night: 'Last night',
  '24h': '24 h',
  '72h': '72 h',
  chosen: 'Other time',
});

/** The filters whose value may be any text: the bed, the person, the condition, and the association of a patient. */
const textFilters = ['bed', 'person', 'condition', 'patient'] as const;

/** A member that is undefined does not filter. */
export type AlarmFilters = {
  readonly period: ReviewPeriod;
  /** Instants, only with the period `chosen`: the beginning, and the end if the period has an end. */
  readonly from?: string;
  readonly to?: string;
  readonly bed?: string;
  readonly person?: string;
  readonly condition?: string;
  /** The association of a patient whose alarms are shown. */
  readonly patient?: string;
  readonly priority?: Priority;
  readonly answer?: 'answered' | 'unanswered';
};

export const noFilters: AlarmFilters = { period: '24h' };

/**
 * Returns the filters in the part of an address after `?`. Leaves out unknown names, unknown values, and an invalid
 * chosen time.
 */
export function parseFilters(text: string): AlarmFilters {
  const search = new URLSearchParams(text);
  const asked = reviewPeriods.find((name) => name === search.get('period')) ?? noFilters.period;
  const times = asked === 'chosen' ? chosenTimes(search) : undefined;
  const period = asked === 'chosen' && times === undefined ? noFilters.period : asked;
  const priority = priorities.find((name) => name === search.get('priority'));
  const answer = (['answered', 'unanswered'] as const).find((name) => name === search.get('answer'));
  const texts = textFilters.flatMap((name) => {
    const value = search.get(name);
    return value ? [[name, value] as const] : [];
  });
  return { period, ...times, ...Object.fromEntries(texts), ...(priority && { priority }), ...(answer && { answer }) };
}

/** Returns the chosen time of an address; undefined if its beginning or its end is not an instant. */
function chosenTimes(search: URLSearchParams): Pick<AlarmFilters, 'from' | 'to'> | undefined {
  const [from, to] = [search.get('from'), search.get('to')];
  if (from === null || parseInstant(from) === undefined) return undefined;
  if (to === null) return { from };
  return parseInstant(to) === undefined ? undefined : { from, to };
}

/** Returns the part of an address after `?`; empty if there is no filter. */
export function formatFilters({ period, ...filters }: AlarmFilters): string {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(period === noFilters.period ? given : [['period', period], ...given]);
  return search.toString();
}

/** A time, ms since 1970. `toMs` is undefined for a time that lasts until now. */
export type ReviewSpan = { readonly fromMs: number; readonly toMs: number | undefined };

/** Returns the span of time from which the page shows alarms. "Last night" is the last night shift that has ended. */
export function spanOf(
  { period, from, to }: Pick<AlarmFilters, 'period' | 'from' | 'to'>,
  starts: ShiftStarts,
  nowMs: number,
): ReviewSpan {
  switch (period) {
    case 'shift':
      return {
        fromMs: shiftStart(starts, nowMs),
        toMs: undefined,
      };
    case 'night':
      return lastNight(starts, nowMs);
    case '24h':
      return { fromMs: nowMs - dayMs, toMs: undefined };
    case '72h':
      return { fromMs: nowMs - 72 * hourMs, toMs: undefined };
    case 'chosen':
      return { fromMs: parseInstant(from ?? '') ?? nowMs - dayMs, toMs: parseInstant(to ?? '') };
  }
}

/** Returns a sentence that says why the page cannot show a time; undefined if the page can show the time. */
export function spanFault({ fromMs, toMs }: ReviewSpan, nowMs: number): string | undefined {
  switch (reviewSpanFault(fromMs, toMs, nowMs)) {
    case 'future-start':
      return t('The beginning is in the future.');
    case 'future-end':
      return t('The end is in the future. Leave it empty for a time that lasts until now.');
    case 'reversed':
      return t('The end is not after the beginning.');
    case 'too-long-ago':
      return t('The alarm history has only the last {reviewKeptDays} days. Choose a later beginning.', {
        reviewKeptDays,
      });
    case undefined:
      return undefined;
  }
}

/**
 * Returns the query for the server.
 * @param ward `*` for all wards of the person
 */
export function reviewQuery(ward: string, filters: AlarmFilters, { fromMs, toMs }: ReviewSpan): AlarmReviewQuery {
  const { bed, person, condition, patient, priority, answer } = filters;
  return {
    from: formatInstant(fromMs),
    ...(toMs !== undefined && { to: formatInstant(toMs) }),
    ...(ward !== '*' && { ward }),
    ...(bed !== undefined && { bed }),
    ...(person !== undefined && { userId: person }),
    ...(condition !== undefined && { condition }),
    ...(patient !== undefined && { associationId: patient }),
    ...(priority !== undefined && { priority }),
    ...(answer !== undefined && { answer }),
  };
}
