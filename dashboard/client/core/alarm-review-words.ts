/** The texts of the page "Alarm history". */

import { durationText } from '../../../contracts/explain/durations.ts';
import { stepTitles } from '../../../contracts/explain/titles.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { AlarmReview, BusyPatient, ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import type { AlarmFilters, ReviewSpan } from './alarm-filters.ts';
import { conditionText } from './condition-words.ts';
import { patientName } from './numerics.ts';
import { escalationText } from './review-call-words.ts';
import { t } from './texts.ts';
import { dateTimeText } from './times.ts';

/** Returns for example `34 alarms: 3 high, 20 medium, 11 low; 2 unanswered; median time to the answer 72.0 s`. */
export function countsText({ total, high, medium, low, unanswered, medianAnswerMs }: AlarmReview['counts']): string {
  if (total === 0) return t('No alarms');
  const median =
    medianAnswerMs === null
      ? ''
      : t('; median time to the answer {duration}', { duration: durationText(medianAnswerMs) });
  const priorities = t('{high} high, {medium} medium, {low} low', { high, medium, low });
  return t(
    '{n} alarm: {priorities}; {unanswered} unanswered{median}|{n} alarms: {priorities}; {unanswered} unanswered{median}',
    { n: total, priorities, unanswered, median },
  );
}

/**
 * Returns for example `In 6.2 bed-days: 5.5 alarms per bed and day (0.5 high, 3.2 medium, 1.8 low)`. A bed-day is one
 * day of one occupied bed. Undefined if the beds were occupied for less than 12 hours in total (ours), because the
 * numbers would then mean little.
 */
export function rateText({ total, high, medium, low, bedDays }: AlarmReview['counts']): string | undefined {
  if (bedDays < 0.5) return undefined;
  const rate = (count: number) => (count / bedDays).toFixed(1);
  const days = bedDays.toFixed(1);
  const priorities = t('{high} high, {medium} medium, {low} low', {
    high: rate(high),
    medium: rate(medium),
    low: rate(low),
  });
  return t('In {days} bed-days: {rate} alarms per bed and day ({priorities})', { days, rate: rate(total), priorities });
}

/** Returns the time of a list, for example `raised from 2026-01-30 19:00:00 to 2026-01-31 07:00:00`. */
export function spanText({ fromMs, toMs }: ReviewSpan): string {
  return t('raised from {time} {part}', {
    time: dateTimeText(fromMs),
    part: toMs === undefined ? t('until now') : t('to {time}', { time: dateTimeText(toMs) }),
  });
}

/** Returns why alarms may be missing in a list; undefined if the list is complete. */
export function gapText({ isRead, completeFromMs }: AlarmReview, { fromMs }: ReviewSpan): string | undefined {
  if (!isRead) return t('The server still reads older alarms. Alarms and answers may be missing: refresh in a minute.');
  return completeFromMs > fromMs
    ? t('This server has all alarms from {time} on. Older alarms may be missing.', {
        time: dateTimeText(completeFromMs),
      })
    : undefined;
}

/** Returns who answered first and how long this took, or that nobody answered. */
export function answerText(row: ReviewedAlarmRow): string {
  const answers = [
    ...row.accepted.map((person) => ({ ...person, isAcceptance: true })),
    ...row.acknowledged.map((person) => ({ ...person, isAcceptance: false })),
  ].sort((a, b) => a.atMs - b.atMs);
  const [first] = answers;
  if (first) {
    const { name, isAcceptance } = first;
    if (row.answered && row.answerMs !== null) {
      const values = { name, duration: durationText(row.answerMs) };
      return isAcceptance
        ? t('{name} accepted the call after {duration}', values)
        : t('{name} acknowledged after {duration}', values);
    }
    const answer = isAcceptance ? t('{name} accepted the call', { name }) : t('{name} acknowledged', { name });
    return row.answered ? answer : t('{answer}. The alarm called again, and nobody answered.', { answer });
  }
  if (row.calledAtMs === null) return t('did not call');
  return row.clearedMs === null && row.present ? t('nobody yet') : t('nobody');
}

/** Returns how the condition ended. */
export function endText({ present, resolvedMs, clearedMs, raisedMs }: ReviewedAlarmRow): string {
  if (present) return t('still present');
  const after = (ms: number) => t('after {duration}', { duration: durationText(Math.max(0, ms - raisedMs)) });
  if (resolvedMs !== null) return after(resolvedMs);
  // An alarm can leave the screens while its condition is present, for example when the patient is discharged.
  return clearedMs === null ? t('end not known') : t('removed {after}', { after: after(clearedMs) });
}

/** Returns the wards and beds of an alarm. If no bed is known, returns the device. */
export function placesText({ places, deviceId }: ReviewedAlarmRow, showsWard: boolean): string {
  const texts = places.map(({ ward, bed }) =>
    bed === null ? t('{ward}, no bed', { ward }) : showsWard ? `${ward} ${bed}` : bed,
  );
  return texts.length === 0 ? deviceId : texts.join(' → ');
}

export function reviewRemarks({ late, onsets, escalation, whole }: ReviewedAlarmRow): string[] {
  return [
    ...(late ? [t('late')] : []),
    ...(onsets > 1 ? [`${onsets} ×`] : []),
    ...(escalation > 0 ? [escalationText({ escalation }) ?? ''] : []),
    ...(whole ? [] : [t('beginning not known')]),
  ];
}

/** Returns for example `Okapi, Test: 12 alarms, most often HR high (9)`. */
export function busyText(patient: BusyPatient): string {
  const { alarms, condition, conditionAlarms } = patient;
  const count = t('{n} alarm|{n} alarms', { n: alarms });
  return t('{patient}: {count}, most often {condition} ({conditionAlarms})', {
    patient: patientName(patient),
    count,
    condition: conditionText(condition),
    conditionAlarms,
  });
}

/** A line of the details of an alarm. */
export type ReviewStep = { readonly key: string; readonly atMs: number; readonly title: string };

/**
 * Returns everything that happened to an alarm, in the order of time. The titles are as on the page "Why did nobody
 * come?".
 */
export function stepsOf(row: ReviewedAlarmRow): ReviewStep[] {
  const once = (key: string, atMs: number | null, title: string) => (atMs === null ? [] : [{ key, atMs, title }]);
  return [
    ...once('onset', row.onsetMs, t(stepTitles.onset)),
    ...once('raised', row.raisedMs, t(stepTitles.raised)),
    ...once('sounded', row.calledAtMs, t('Alarm called on the screens')),
    ...row.called.flatMap(({ userId, name, duty, atMs }) =>
      once(`called ${userId}`, atMs, t('{name} ({duty}) was called', { name, duty })),
    ),
    ...row.accepted.flatMap(({ userId, name, atMs }) =>
      once(`accepted ${userId}`, atMs, t('{name} accepted the call', { name })),
    ),
    ...row.acknowledged.flatMap(({ userId, name, atMs }) =>
      once(`acknowledged ${userId} ${atMs}`, atMs, t('{name} acknowledged', { name })),
    ),
    ...once('resolved', row.resolvedMs, t(stepTitles.resolved)),
    ...once('cleared', row.clearedMs, t(stepTitles.cleared)),
  ].sort((a, b) => a.atMs - b.atMs);
}

/** How far behind the newest alarms the server may be when it makes the list, ms (ours). */
const readLagMs = 5_000;

/**
 * Returns how many alarms on the screen are newer than a list and match its filters. The page cannot apply the filters
 * for persons, answers and patients, so the number may be too high.
 */
export function newAlarmCount(
  alarms: Iterable<Alarm>,
  { at, rows }: Pick<AlarmReview, 'at' | 'rows'>,
  { bed, condition, priority }: Pick<AlarmFilters, 'bed' | 'condition' | 'priority'>,
  placeOf: (alarm: Alarm) => { readonly ward: string | null; readonly bed: string | null } | undefined,
  ward: string,
): number {
  const shown = new Set(rows.map(({ alarmId }) => alarmId));
  let count = 0;
  for (const alarm of alarms) {
    const place = placeOf(alarm);
    const isNew = Date.parse(alarm.raisedAt) > at - readLagMs && !shown.has(alarm.alarmId);
    const matches =
      (ward === '*' || place?.ward === ward) &&
      (bed === undefined || place?.bed === bed) &&
      (condition === undefined || alarm.condition === condition) &&
      (priority === undefined || alarm.priority === priority);
    if (isNew && matches) count += 1;
  }
  return count;
}
