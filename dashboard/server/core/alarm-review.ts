/**
 * Keeps what happened to the alarms of the last days: one entry for each alarm, folded from the topics `alarms` and
 * `deliveries`. Each fold keeps the lowest and the highest revision, the first call, and the end with the highest
 * revision. So the order in which partitions are read does not matter, and a record that is read twice changes nothing.
 */
import { alarmText } from '../../../contracts/alarm-text.ts';
import type { Alarm, AlarmEvent, LimitsInForce, Priority, ProfileSource } from '../../../contracts/messages/alarms.ts';
import type { DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { reviewKeptMs } from '../../../contracts/review-span.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { LimitAnswers } from './limit-answers.ts';
import { foldLimitsHistory, type LimitsHistory } from './limits-history.ts';
import { type CallsBook, foldReviewedCalls, newCallsBook } from './review-calls.ts';

/** Maximum number of alarms. If there are more, the alarms that were raised first are removed, and the page says so. */
export const reviewAlarmsMax = 100_000;
/** Number of alarms that are removed at once, because each removal sorts all alarms. */
const removedAtOnce = 1_000;
/**
 * Maximum number of called persons of one alarm, and of its acknowledgements. Later persons are left out, and
 * acknowledgements in the middle are left out.
 */
const personsMax = 64;
const acknowledgementsMax = 20;
/** Maximum number of associations whose profiles of limits are kept. If there are more, the oldest is forgotten. */
const profilesMax = 20_000;
/** Maximum number of profiles that are kept for one association. */
const profilesOfOneMax = 20;

export type Answerer = { readonly userId: string; readonly name: string; readonly atMs: number };
type Acknowledgement = Answerer & { readonly rev: number };

/** What happened to one alarm. Times are ms since 1970. */
export type ReviewedAlarm = {
  /** The alarm at its lowest revision. */
  first: Alarm;
  /** The alarm at its highest revision. */
  newest: Pick<Alarm, 'rev' | 'present' | 'onsets' | 'atOnset'>;
  raisedMs: number;
  priority: Priority;
  /** The highest number of escalations. An acknowledgement does not set this number to 0. */
  escalation: number;
  /** When the alarm first called by itself. */
  calledAtMs: number | undefined;
  /** The highest revision with which the alarm called; 0 if it never called. */
  lastCallRev: number;
  /**
   * The highest revision that ended the condition, and its time. `cleared`: the highest revision that removed the alarm
   * from the screens, and its time.
   */
  resolved: { readonly rev: number; readonly atMs: number } | undefined;
  cleared: { readonly rev: number; readonly atMs: number } | undefined;
  acknowledgements: readonly Acknowledgement[];
};

/** What the delivery process did about one alarm. */
export type ReviewedDelivery = {
  readonly called: Map<string, Answerer & { readonly duty: string }>;
  /** By user id: when the person first accepted. */
  readonly accepted: Map<string, number>;
  /** By user id: the names of the persons who accepted. */
  readonly names: Map<string, string>;
};

type Profile = { readonly rev: number; readonly atMs: number; readonly source: ProfileSource | null };

export type ReviewBook = {
  readonly alarms: Map<string, ReviewedAlarm>;
  readonly deliveries: Map<string, ReviewedDelivery>;
  readonly calls: CallsBook;
  readonly profiles: Map<string, Profile[]>;
  readonly limits: LimitsHistory;
  /** Which changes of limits were made or refused. */
  readonly limitAnswers: LimitAnswers;
  /** After the server has read everything, the book has every alarm that was raised at this time or later. */
  completeFromMs: number;
  /** Number of alarms that were removed because of the maximum. */
  leftOut: number;
  /** False until the topics were read to their end at the start. */
  isRead: boolean;
  /** The alarms from the newest to the oldest; undefined until they are needed in this order. */
  inOrder: ReviewedAlarm[] | undefined;
};

export function newReviewBook(nowMs: number): ReviewBook {
  return {
    alarms: new Map(),
    deliveries: new Map(),
    calls: newCallsBook(),
    profiles: new Map(),
    limits: new Map(),
    limitAnswers: new Map(),
    completeFromMs: nowMs - reviewKeptMs,
    leftOut: 0,
    isRead: false,
    inOrder: undefined,
  };
}

/** Folds a record of the topic `alarms` into the book. */
export function foldReviewedAlarm(book: ReviewBook, event: AlarmEvent, alarmsMax = reviewAlarmsMax): void {
  const { alarm } = event;
  const atMs = parseInstant(event.at);
  if (atMs === undefined) return;
  const former = book.alarms.get(alarm.alarmId);
  if (former === undefined && (parseInstant(alarm.raisedAt) ?? atMs) < book.completeFromMs) return;
  const entry = former ?? newEntry(alarm, atMs);
  if (former === undefined) {
    book.alarms.set(alarm.alarmId, entry);
    // A new alarm is nearly always the first in the order.
    book.inOrder?.splice(indexIn(book.inOrder, entry), 0, entry);
  }
  if (alarm.rev < entry.first.rev) {
    const raisedMs = parseInstant(alarm.raisedAt) ?? atMs;
    if (raisedMs !== entry.raisedMs) book.inOrder = undefined;
    entry.first = alarm;
    entry.raisedMs = raisedMs;
  }
  if (alarm.rev > entry.newest.rev) entry.newest = newestOf(alarm);
  noteSteps(entry, event, atMs);
  if (book.alarms.size > alarmsMax) removeOldest(book, alarmsMax);
}

/**
 * Returns the few fields that the book keeps of an alarm at its highest revision. A second whole alarm for each entry
 * would double the memory of the book.
 */
function newestOf({ rev, present, onsets, atOnset }: Alarm): ReviewedAlarm['newest'] {
  return { rev, present, onsets, ...(atOnset && { atOnset }) };
}

function newEntry(alarm: Alarm, atMs: number): ReviewedAlarm {
  return {
    first: alarm,
    newest: newestOf(alarm),
    raisedMs: parseInstant(alarm.raisedAt) ?? atMs,
    priority: alarm.priority,
    escalation: alarm.escalation,
    calledAtMs: undefined,
    lastCallRev: 0,
    resolved: undefined,
    cleared: undefined,
    acknowledgements: [],
  };
}

function noteSteps(entry: ReviewedAlarm, { type, alarm }: AlarmEvent, atMs: number): void {
  const { rev } = alarm;
  entry.escalation = Math.max(entry.escalation, alarm.escalation);
  if (priorityRank[alarm.priority] > priorityRank[entry.priority]) entry.priority = alarm.priority;
  if (alarm.signal === 'on') {
    entry.calledAtMs = Math.min(atMs, entry.calledAtMs ?? atMs);
    entry.lastCallRev = Math.max(rev, entry.lastCallRev);
  }
  if (type === 'resolved') entry.resolved = laterStep(entry.resolved, { rev, atMs });
  if (type === 'cleared') entry.cleared = laterStep(entry.cleared, { rev, atMs });
  if (type === 'acknowledged' && alarm.acknowledgedBy) {
    const { userId, name } = alarm.acknowledgedBy;
    const pressedMs = parseInstant(alarm.acknowledgedAt ?? '') ?? atMs;
    const others = entry.acknowledgements.filter((other) => other.rev !== rev);
    const same = entry.acknowledgements.find((other) => other.rev === rev);
    const acknowledgement = { userId, name, rev, atMs: Math.min(pressedMs, same?.atMs ?? pressedMs) };
    const inOrder = [...others, acknowledgement].sort((a, b) => a.rev - b.rev);
    // The first acknowledgement gives the time to the answer, and the last shows whether the last call was answered. So
    // an acknowledgement in the middle is removed.
    if (inOrder.length > acknowledgementsMax) inOrder.splice(acknowledgementsMax >> 1, 1);
    entry.acknowledgements = inOrder;
  }
}

/**
 * Returns the step with the higher revision. If a restarted engine wrote a revision twice, returns the earlier step.
 */
function laterStep(former: ReviewedAlarm['resolved'], step: NonNullable<ReviewedAlarm['resolved']>) {
  if (former === undefined || step.rev > former.rev) return step;
  return step.rev === former.rev && step.atMs < former.atMs ? step : former;
}

/** Folds a record of the topic `deliveries` into the book. */
export function foldReviewedDelivery(book: ReviewBook, record: DeliveryRecord, alarmsMax = reviewAlarmsMax): void {
  const { event } = record;
  foldReviewedCalls(book.calls, record, alarmsMax);
  if (event.type !== 'called' && event.type !== 'accepted') return;
  const delivery = book.deliveries.get(event.alarmId) ?? { called: new Map(), accepted: new Map(), names: new Map() };
  book.deliveries.set(event.alarmId, delivery);
  if (book.deliveries.size > alarmsMax) book.deliveries.delete(book.deliveries.keys().next().value!);
  if (event.type === 'called') {
    const { userId, name, duty } = event.call;
    const former = delivery.called.get(userId);
    if (former === undefined && delivery.called.size >= personsMax) return;
    const atMs = Math.min(event.atMs, former?.atMs ?? event.atMs);
    delivery.called.set(userId, { userId, name, duty: former?.duty ?? duty, atMs });
    return;
  }
  if (delivery.accepted.size >= personsMax && !delivery.accepted.has(event.userId)) return;
  delivery.accepted.set(event.userId, Math.min(event.atMs, delivery.accepted.get(event.userId) ?? event.atMs));
  const acceptedBy = 'after' in record ? (record.after?.acceptedBy ?? []) : [];
  for (const { userId, name } of acceptedBy.slice(0, personsMax)) delivery.names.set(userId, name);
}

/**
 * Folds a record of limits in force into the book. Of the profiles, only changes are kept. Of the limits, each revision
 * is kept (limits-history.ts).
 */
export function foldReviewedLimits(book: ReviewBook, inForce: LimitsInForce): void {
  const { associationId, rev, at, profile } = inForce;
  foldLimitsHistory(book.limits, inForce);
  const atMs = parseInstant(at);
  if (atMs === undefined) return;
  const former = book.profiles.get(associationId) ?? [];
  if (former.some((entry) => entry.rev === rev)) return;
  const inOrder = [...former, { rev, atMs, source: profile }].sort((a, b) => a.rev - b.rev);
  const changes = inOrder.filter(
    ({ source }, index) => index === 0 || JSON.stringify(source) !== JSON.stringify(inOrder[index - 1]?.source),
  );
  book.profiles.set(associationId, changes.slice(-profilesOfOneMax));
  if (book.profiles.size > profilesMax) book.profiles.delete(book.profiles.keys().next().value!);
}

/** Returns the profile of limits that was in force at an instant; null if it is not known. */
export function profileAt(book: ReviewBook, associationId: string, atMs: number): ProfileSource | null {
  return book.profiles.get(associationId)?.findLast((entry) => entry.atMs <= atMs)?.source ?? null;
}

/** Removes the alarms that are older than the kept time and have ended. Called about once an hour. */
export function forgetOldAlarms(book: ReviewBook, nowMs: number): void {
  const sinceMs = nowMs - reviewKeptMs;
  book.completeFromMs = Math.max(book.completeFromMs, sinceMs);
  for (const [alarmId, alarm] of book.alarms)
    if (alarm.raisedMs < sinceMs && isCleared(alarm)) book.alarms.delete(alarmId);
  for (const [alarmId, { called, accepted }] of book.deliveries) {
    const times = [...[...called.values()].map(({ atMs }) => atMs), ...accepted.values()];
    if (!book.alarms.has(alarmId) && Math.max(...times) < sinceMs) book.deliveries.delete(alarmId);
  }
  for (const [alarmId, { newestMs }] of book.calls.alarms)
    if (!book.alarms.has(alarmId) && newestMs < sinceMs) book.calls.alarms.delete(alarmId);
  book.inOrder = undefined;
}

function removeOldest(book: ReviewBook, alarmsMax: number): void {
  const inOrder = newestFirst(book);
  const keep = Math.max(1, alarmsMax - Math.min(removedAtOnce, alarmsMax >> 4));
  for (const { first, raisedMs } of inOrder.slice(keep)) {
    book.alarms.delete(first.alarmId);
    book.deliveries.delete(first.alarmId);
    book.calls.alarms.delete(first.alarmId);
    book.leftOut += 1;
    book.completeFromMs = Math.max(book.completeFromMs, raisedMs + 1);
  }
  book.inOrder = inOrder.slice(0, keep);
}

/** Returns the alarms of the book from the newest to the oldest. */
export function newestFirst(book: ReviewBook): readonly ReviewedAlarm[] {
  book.inOrder ??= [...book.alarms.values()].sort(compareNewestFirst);
  return book.inOrder;
}

/** Returns a copy of the alarms that were raised from `fromMs` (included) to `toMs` (not included), newest first. */
export function alarmsBetween(book: ReviewBook, fromMs: number, toMs: number): readonly ReviewedAlarm[] {
  const all = newestFirst(book);
  return all.slice(
    firstIndex(all, ({ raisedMs }) => raisedMs < toMs),
    firstIndex(all, ({ raisedMs }) => raisedMs < fromMs),
  );
}

/** Alarms of the same time are ordered by their ids. */
function compareNewestFirst(a: ReviewedAlarm, b: ReviewedAlarm): number {
  return b.raisedMs - a.raisedMs || (a.first.alarmId < b.first.alarmId ? 1 : -1);
}

const indexIn = (all: readonly ReviewedAlarm[], entry: ReviewedAlarm) =>
  firstIndex(all, (other) => compareNewestFirst(entry, other) < 0);

/**
 * Returns the first index at which `holds` is true; the length if `holds` is true nowhere. `holds` must be true for all
 * later indexes, because the search is binary.
 */
function firstIndex(all: readonly ReviewedAlarm[], holds: (alarm: ReviewedAlarm) => boolean): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(all[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Returns whether the alarm has left the screens, and did not begin again. */
export const isCleared = ({ cleared, newest }: ReviewedAlarm): boolean => cleared?.rev === newest.rev;

/** Returns the text of an alarm at its beginning. */
export const firstText = ({ first }: ReviewedAlarm): string => alarmText(first);
