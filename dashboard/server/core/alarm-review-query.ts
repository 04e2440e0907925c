/** Answers a question about the alarms of the last days, with only the alarms that the viewer may see. */

import { type AlarmPlace, type AlarmPlaces, createPlacesOf, type PlacesOf } from '../../../contracts/alarm-places.ts';
import { minuteMs } from '../../../contracts/durations.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { AlarmReview, AlarmReviewQuery, ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import { newAlarmCounts } from './alarm-counts.ts';
import { alarmsBetween, firstText, isCleared, profileAt, type ReviewBook, type ReviewedAlarm } from './alarm-review.ts';
import { bedDays } from './bed-days.ts';
import { busiestPatients, type PatientAlarm } from './busiest-patients.ts';
import { reviewedCallsOf } from './review-calls.ts';
import { seesWard, type Viewer } from './rights.ts';
import type { LiveState } from './state.ts';

/** Maximum numbers of beds, persons and conditions that a filter offers. */
const choicesMax = 500;
/** The clock of the alarm processor may be ahead of this server's clock by this much (ours). */
const clockLeadMs = minuteMs;

export type ReviewSource = {
  readonly book: ReviewBook;
  readonly state: Pick<LiveState, 'associations' | 'limits'>;
  /** Returns the name of an account; undefined for an unknown account. */
  readonly nameOf: (userId: string) => string | undefined;
  readonly nowMs: number;
};

/** By user id: the persons who were called for an alarm. */
type Called = ReadonlyMap<string, { readonly userId: string; readonly name: string }>;
type Seen = AlarmPlaces & { readonly alarm: ReviewedAlarm; readonly answerers: Answerers; readonly called: Called };
const noCalled: Called = new Map();
type Answerers = Pick<ReviewedAlarmRow, 'accepted' | 'acknowledged'>;
type Query = Omit<AlarmReviewQuery, 'limit'>;

/**
 * Goes through alarms for one query. The caller adds the alarms in parts, so that other work can run between the parts.
 */
export type Review = {
  /** Adds alarms, which must be older than all alarms that were added before. */
  add(alarms: readonly ReviewedAlarm[]): void;
  /** Returns one page of the alarms that match, newest first, and the counts of all that match. */
  result(): AlarmReview;
};

/**
 * Returns the alarms in the time span of a query, newest first. A query without an end ends a little after now. So it
 * does not return alarms whose time is far in the future.
 */
export function alarmsOfQuery({ book, nowMs }: ReviewSource, { from, to }: Query): readonly ReviewedAlarm[] {
  const fromMs = parseInstant(from ?? '') ?? Number.NEGATIVE_INFINITY;
  return alarmsBetween(book, fromMs, parseInstant(to ?? '') ?? nowMs + clockLeadMs);
}

export function beginReview(source: ReviewSource, viewer: Viewer, query: Query, limit: number): Review {
  const { book, nowMs } = source;
  const placesOf = createPlacesOf(source.state.associations);
  const patientId = query.associationId && patientOf(source, viewer, query.associationId);
  const counts = newAlarmCounts();
  const conditionsOfPatients: PatientAlarm[] = [];
  const choices: Choices = { beds: new Set(), persons: new Map(), conditions: new Set() };
  /** The alarms of the page, and one more alarm if there is a next page. */
  const shown: Seen[] = [];

  function count(seen: Seen): void {
    const { alarm, patient } = seen;
    const { condition, associationId } = alarm.first;
    const isUnanswered = isUnansweredCall(seen);
    counts.add({ priority: alarm.priority, condition, isUnanswered, answerMs: answerMsOf(seen) });
    if (patient) conditionsOfPatients.push({ patient, condition, associationId });
  }

  return {
    add(alarms) {
      for (const alarm of alarms) {
        const seen = seenBy(source, placesOf, viewer, alarm);
        if (seen === undefined || !isInScope(seen, query, patientId)) continue;
        noteChoices(choices, seen);
        if (!matchesQuery(seen, query)) continue;
        count(seen);
        const isOfPage = query.before === undefined || isAfterCursor(seen, query.before);
        if (isOfPage && shown.length <= limit) shown.push(seen);
      }
    },
    result() {
      const last = shown.length > limit ? shown[limit - 1] : undefined;
      return {
        at: nowMs,
        rows: shown.slice(0, limit).map((seen) => rowOf(source, seen)),
        next: last ? cursorOf(last) : null,
        counts: { ...counts.totals(), bedDays: bedDaysOf(source, viewer, query, patientId) },
        byCondition: counts.byCondition(),
        busiest: busiestPatients(conditionsOfPatients),
        choices: choicesInOrder(choices),
        completeFromMs: book.completeFromMs,
        isRead: book.isRead,
      };
    },
  };
}

/**
 * Returns for how long the beds of a query were occupied, in days. The filters by person, priority, condition and
 * answer do not change this time.
 */
function bedDaysOf(
  { book, state, nowMs }: ReviewSource,
  viewer: Viewer,
  { from, to, ward, bed }: Query,
  patientId: string | undefined,
): number {
  const fromMs = Math.max(parseInstant(from ?? '') ?? Number.NEGATIVE_INFINITY, book.completeFromMs);
  const span = { fromMs, toMs: Math.min(parseInstant(to ?? '') ?? nowMs, nowMs) };
  const counts = (place: AlarmPlace) =>
    seesWard(viewer, place.ward) && (ward ?? place.ward) === place.ward && (bed ?? place.bed) === place.bed;
  return bedDays(state.associations.values(), { span, counts, patientId });
}

/**
 * Returns one alarm as the list shows it; undefined if the viewer may not see the alarm, or if the alarm is not in the
 * book.
 */
export function reviewedRow(source: ReviewSource, viewer: Viewer, alarmId: string): ReviewedAlarmRow | undefined {
  const alarm = source.book.alarms.get(alarmId);
  const seen = alarm && seenBy(source, createPlacesOf(source.state.associations), viewer, alarm);
  return seen && rowOf(source, seen);
}

/**
 * Returns the owner of an alarm for the audit trail, even if the viewer may not see the alarm. Undefined if the alarm
 * is not in the book.
 */
export function ownerOfAlarm({ book, state }: Pick<ReviewSource, 'book' | 'state'>, alarmId: string) {
  const associationId = book.alarms.get(alarmId)?.first.associationId;
  if (associationId === undefined) return undefined;
  for (const { periods } of state.associations.values()) {
    const period = periods.find((candidate) => candidate.associationId === associationId);
    if (period) {
      const { ward, bed, patient } = period;
      return { associationId, ward, bed, ...(patient && { patientId: patient.patientId }) };
    }
  }
  return { associationId };
}

/** Returns the ids of the patients that an answer names. */
export function patientsOfReview({ rows, busiest }: AlarmReview): string[] {
  const ofRows = rows.flatMap(({ patient }) => (patient ? [patient.patientId] : []));
  return [...new Set([...ofRows, ...busiest.map(({ patientId }) => patientId)])];
}

/**
 * Returns what a viewer may see of an alarm; undefined if the patient was in no ward of the viewer while the alarm
 * lasted.
 */
function seenBy(source: ReviewSource, placesOf: PlacesOf, viewer: Viewer, alarm: ReviewedAlarm): Seen | undefined {
  const { first, raisedMs, cleared } = alarm;
  const endMs = isCleared(alarm) ? cleared?.atMs : undefined;
  const span = { fromMs: beganMs(alarm), toMs: endMs ?? Math.max(raisedMs, source.nowMs) };
  const { places, patient } = placesOf(first.deviceId, first.associationId, span);
  const seenPlaces = places.filter(({ ward }) => seesWard(viewer, ward));
  // If the ward is not known, only accounts that may see every ward see the alarm.
  if (seenPlaces.length === 0 && !(places.length === 0 && seesWard(viewer, null))) return undefined;
  const called = source.book.deliveries.get(first.alarmId)?.called ?? noCalled;
  return { alarm, places: seenPlaces, patient, answerers: answerersOf(source, alarm), called };
}

/**
 * Returns when an alarm began. A late alarm began before it was raised: the patient may have been in another ward then.
 */
function beganMs({ first, raisedMs }: ReviewedAlarm): number {
  return first.late ? Math.min(raisedMs, parseInstant(first.onsetAt) ?? raisedMs) : raisedMs;
}

/**
 * Returns the patient of an association. Undefined if the association has no patient, or is in a ward that the viewer
 * may not see.
 */
function patientOf(source: ReviewSource, viewer: Viewer, associationId: string): string | undefined {
  for (const { periods } of source.state.associations.values()) {
    const period = periods.find((candidate) => candidate.associationId === associationId);
    if (period) return seesWard(viewer, visibleText(period.ward)) ? period.patient?.patientId : undefined;
  }
  return undefined;
}

function isInScope(seen: Seen, { ward, associationId }: Query, patientId: string | undefined): boolean {
  if (ward !== undefined && !seen.places.some((place) => place.ward === ward)) return false;
  if (associationId === undefined || seen.alarm.first.associationId === associationId) return true;
  return patientId !== undefined && seen.patient?.patientId === patientId;
}

function matchesQuery(seen: Seen, { bed, userId, priority, condition, answer }: Query): boolean {
  const { alarm, places } = seen;
  if (bed !== undefined && !places.some((place) => place.bed === bed)) return false;
  if (priority !== undefined && alarm.priority !== priority) return false;
  if (condition !== undefined && alarm.first.condition !== condition) return false;
  if (
    userId !== undefined &&
    !seen.called.has(userId) &&
    !everyAnswerer(seen).some((person) => person.userId === userId)
  )
    return false;
  if (answer === 'answered') return isAnswered(seen);
  return answer === undefined || isUnansweredCall(seen);
}

const everyAnswerer = ({ answerers }: Seen) => [...answerers.accepted, ...answerers.acknowledged];

/**
 * Returns whether a person answered the last call of the alarm. If the alarm has called again after its last
 * acknowledgement, only an acceptance after this acknowledgement counts.
 */
function isAnswered(seen: Seen): boolean {
  const { acknowledgements, lastCallRev } = seen.alarm;
  const last = acknowledgements.at(-1);
  if (last === undefined || lastCallRev <= last.rev) return everyAnswerer(seen).length > 0;
  return seen.answerers.accepted.some(({ atMs }) => atMs > last.atMs);
}
const isUnansweredCall = (seen: Seen) => seen.alarm.calledAtMs !== undefined && !isAnswered(seen);

function answerersOf({ book, nameOf }: ReviewSource, { first, acknowledgements }: ReviewedAlarm): Answerers {
  const delivery = book.deliveries.get(first.alarmId);
  const accepted = [...(delivery?.accepted ?? [])].map(([userId, atMs]) => {
    const name = delivery?.called.get(userId)?.name ?? delivery?.names.get(userId) ?? nameOf(userId) ?? userId;
    return { userId, name: visibleText(name), atMs };
  });
  const acknowledged = acknowledgements.map(({ userId, name, atMs }) => ({ userId, name: visibleText(name), atMs }));
  return { accepted: accepted.sort((a, b) => a.atMs - b.atMs), acknowledged };
}

/**
 * Returns the time from the first call of an alarm until a person answered; null if nobody answered, or if the time of
 * the call is not known. Also null if clocks differ so much that the answer is before the call.
 */
function answerMsOf(seen: Seen): number | null {
  const { calledAtMs } = seen.alarm;
  const times = everyAnswerer(seen).map(({ atMs }) => atMs);
  if (calledAtMs === undefined || times.length === 0) return null;
  const ms = Math.min(...times) - calledAtMs;
  return ms < 0 ? null : ms;
}

function rowOf(source: ReviewSource, seen: Seen): ReviewedAlarmRow {
  const { alarm, patient, places, answerers } = seen;
  const { first, newest, raisedMs, calledAtMs, resolved, cleared } = alarm;
  const { alarmId, associationId, deviceId, condition, kind, late } = first;
  // Only revision 1 has the first value. The book does not have revision 1 of every alarm.
  const isWhole = first.rev === 1;
  const value = (isWhole ? first.value : undefined) ?? null;
  const { onsets } = newest;
  const hasLeft = isCleared(alarm);
  // An alarm can leave the screens while its condition is still present, so `newest.present` alone is not enough.
  const present = newest.present && !hasLeft;
  const called = [...(source.book.deliveries.get(alarmId)?.called.values() ?? [])];
  return {
    ...{ alarmId, associationId, deviceId: visibleText(deviceId), condition, kind, priority: alarm.priority },
    ...{
      text: firstText(alarm),
      value,
      limit: first.limit ?? null,
      unit: first.unit ?? null,
      atOnset: newest.atOnset ?? null,
      onsetMs: parseInstant(first.onsetAt) ?? null,
      raisedMs,
    },
    ...{ calledAtMs: calledAtMs ?? null, late, onsets, escalation: alarm.escalation, present },
    resolvedMs: newest.present ? null : (resolved?.atMs ?? null),
    clearedMs: (hasLeft ? cleared?.atMs : undefined) ?? null,
    called: called.map((person) => ({ ...person, name: visibleText(person.name) })).sort((a, b) => a.atMs - b.atMs),
    calls: reviewedCallsOf(source.book.calls, alarmId),
    ...answerers,
    answerMs: answerMsOf(seen),
    answered: isAnswered(seen),
    places: [...places],
    patient: patient && {
      patientId: visibleText(patient.patientId),
      familyName: visibleText(patient.familyName),
      givenName: visibleText(patient.givenName),
    },
    profile: profileOf(source, associationId, raisedMs),
    whole: isWhole,
  };
}

/**
 * Returns the profile of limits at an instant. If the book does not have this profile, returns the present profile if
 * it was already in force at that instant.
 */
function profileOf({ book, state }: ReviewSource, associationId: string, atMs: number): ReviewedAlarmRow['profile'] {
  const profileThen = profileAt(book, associationId, atMs);
  if (profileThen !== null) return profileThen;
  const inForce = state.limits.get(associationId);
  return inForce && (parseInstant(inForce.at) ?? Number.POSITIVE_INFINITY) <= atMs ? inForce.profile : null;
}

type Choices = {
  readonly beds: Set<string>;
  readonly persons: Map<string, string>;
  readonly conditions: Set<string>;
};

function noteChoices({ beds, persons, conditions }: Choices, seen: Seen): void {
  for (const { bed } of seen.places) if (bed !== null && beds.size < choicesMax) beds.add(bed);
  if (conditions.size < choicesMax) conditions.add(seen.alarm.first.condition);
  for (const { userId, name } of [...seen.called.values(), ...everyAnswerer(seen)])
    if (persons.size < choicesMax) persons.set(userId, visibleText(name));
}

function choicesInOrder({ beds, persons, conditions }: Choices): AlarmReview['choices'] {
  const named = [...persons].map(([userId, name]) => ({ userId, name }));
  return {
    beds: [...beds].sort(inNumberOrder.compare),
    persons: named.sort((a, b) => inNumberOrder.compare(a.name, b.name)),
    conditions: [...conditions].sort(inNumberOrder.compare),
  };
}

const inNumberOrder = new Intl.Collator('en', { numeric: true });

const cursorOf = ({ alarm }: Seen): string => `${alarm.raisedMs}.${alarm.first.alarmId}`;

/** Returns whether an alarm comes after the cursor, which is the last alarm of the previous page. */
function isAfterCursor({ alarm }: Seen, cursor: string): boolean {
  const [ms = '', alarmId = ''] = cursor.split('.');
  if (alarm.raisedMs !== Number(ms)) return alarm.raisedMs < Number(ms);
  return alarm.first.alarmId < alarmId;
}
