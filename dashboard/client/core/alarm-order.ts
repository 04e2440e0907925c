/** The order of alarms, the alarms on a bed's tile, and the look of each alarm. */

import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { activePauseEndMs } from '../../../contracts/audio-pause.ts';
import type { Alarm, Priority } from '../../../contracts/messages/alarms.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { alarmText } from './alarm-words.ts';
import { t } from './texts.ts';

/** A mark for each priority: colour must never be the only difference (CLINICAL, "Signals"). */
export const priorityMarks: Readonly<Record<Priority, string>> = { high: '***', medium: '**', low: '*' };

/**
 * Returns whether the condition of an alarm is present now. A late alarm comes from old readings, so its condition does
 * not count as present.
 */
export function isAboutNow(alarm: Alarm): boolean {
  return alarm.present && !alarm.late;
}

/**
 * Returns whether a person must still act on the alarm: the condition is present, or nobody has acknowledged the alarm.
 */
function isOpen(alarm: Alarm): boolean {
  return isAboutNow(alarm) || isUnanswered(alarm);
}

/**
 * Compares two alarms for every list, tile and sort. The rules, in this order: open before over, high priority before
 * low, unanswered before acknowledged, present before ended, newest onset first. So the most urgent unanswered alarm is
 * never below a less urgent alarm, even if the urgent alarm has ended or came late. Between equal alarms the alarm id
 * decides.
 */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return Number(isOpen(b)) - Number(isOpen(a)) || comparePriorityFirst(a, b);
}

/** Compares two alarms by priority first, even if one alarm is over. */
function comparePriorityFirst(a: Alarm, b: Alarm): number {
  return (
    priorityRank[b.priority] - priorityRank[a.priority] ||
    Number(isUnanswered(b)) - Number(isUnanswered(a)) ||
    Number(isAboutNow(b)) - Number(isAboutNow(a)) ||
    Date.parse(b.onsetAt) - Date.parse(a.onsetAt) ||
    (a.alarmId < b.alarmId ? -1 : a.alarmId > b.alarmId ? 1 : 0)
  );
}

/** Returns the alarms that a screen lists, in order: all alarms whose signal is not `off`. */
export function listedAlarms(alarms: Iterable<Alarm>): Alarm[] {
  return [...alarms].filter((alarm) => alarm.signal !== 'off').sort(compareAlarms);
}

/**
 * Returns a function that finds the texts to list under an alarm. These are the texts of present alarms that have the
 * cause of this alarm, a lower priority, and the signal `off`.
 * @param alarms all alarms, also alarms whose signal is `off`
 */
export function textsListedUnder(alarms: Iterable<Alarm>): (alarm: Alarm) => readonly string[] {
  const texts = new Map<string, string[]>();
  for (const alarm of alarms) {
    if (alarm.under === undefined || !alarm.present || alarm.signal !== 'off') continue;
    const key = `${alarm.associationId} ${alarm.under}`;
    texts.set(key, [...(texts.get(key) ?? []), alarmText(alarm)]);
  }
  return ({ associationId, condition, present }) => (present && texts.get(`${associationId} ${condition}`)) || [];
}

/** Returns the alarm for the headline of a bed's tile: the first alarm in the order of `compareAlarms`. */
export function headlineAlarm(alarms: Iterable<Alarm>): Alarm | undefined {
  return firstAlarm(alarms, compareAlarms);
}

/**
 * Returns the alarm with the highest priority, even if this alarm has ended. If several alarms have this priority,
 * prefers an unanswered alarm.
 */
export function mostSeriousAlarm(alarms: Iterable<Alarm>): Alarm | undefined {
  return firstAlarm(alarms, comparePriorityFirst);
}

function firstAlarm(alarms: Iterable<Alarm>, compare: (a: Alarm, b: Alarm) => number): Alarm | undefined {
  let best: Alarm | undefined;
  for (const alarm of alarms) {
    if (alarm.signal === 'off') continue;
    if (!best || compare(alarm, best) < 0) best = alarm;
  }
  return best;
}

/** Compares two beds by their headline alarms. A bed without an alarm comes last. */
export function compareHeadlines(a: Alarm | undefined, b: Alarm | undefined): number {
  if (!a || !b) return Number(a === undefined) - Number(b === undefined);
  return compareAlarms(a, b);
}

/**
 * The look of an alarm. `calling`: present and unanswered, flashes in its colour. `steady`: present and acknowledged,
 * in full colour without flashing. `ended`: ended and unanswered, a flashing outline. `over`: ended and acknowledged,
 * grey.
 */
export type AlarmLook = 'calling' | 'steady' | 'ended' | 'over';

export function lookOf(alarm: Alarm): AlarmLook {
  if (alarm.present) return isUnanswered(alarm) ? 'calling' : 'steady';
  return isUnanswered(alarm) ? 'ended' : 'over';
}

/**
 * Returns the frame of a tile: the highest priority of all alarms that are present or unanswered. The frame flashes if
 * an alarm of this priority is unanswered.
 */
export function frameOf(alarms: readonly Alarm[]): { priority: Priority; flashes: boolean } | undefined {
  const top = mostSeriousAlarm(alarms.filter((alarm) => alarm.present || isUnanswered(alarm)));
  return top && { priority: top.priority, flashes: isUnanswered(top) };
}

/**
 * Returns what a tile shows of the alarms that are not in its headline: the number of these alarms and the most serious
 * alarm. If this alarm is answered, also the most serious unanswered alarm. So a serious or unanswered alarm is never
 * hidden.
 */
export function alarmsBesideHeadline(
  alarms: readonly Alarm[],
  headline: Alarm | undefined,
): { count: number; named: Alarm[] } {
  const otherAlarms = alarms.filter((alarm) => alarm.signal !== 'off' && alarm.alarmId !== headline?.alarmId);
  const top = mostSeriousAlarm(otherAlarms);
  const calling = mostSeriousAlarm(otherAlarms.filter(isUnanswered));
  const named = [top, calling === top ? undefined : calling].filter((alarm) => alarm !== undefined);
  return { count: otherAlarms.length, named };
}

/**
 * Returns the time at which the audio of an alarm comes back, ms since 1970; undefined if the audio is not paused now.
 */
export function audioPausedUntilMs(alarm: Alarm, nowMs: number): number | undefined {
  return activePauseEndMs(alarm.audioPausedUntil, nowMs);
}

/**
 * Returns the remarks that an alarm may show before the alarm leaves the list. Of two remarks that exclude each other,
 * returns only the longer remark. A row with room for all these remarks keeps its height when the alarm ends, comes
 * back or is escalated.
 */
export function possibleRemarks(alarm: Alarm): string[] {
  const { priority } = alarm;
  return [
    ...(alarm.late ? [t('late')] : []),
    t('ended, unseen'),
    ...(priority === 'high' ? ['99 ×'] : []),
    ...(priority === 'low' ? [] : [t('escalated')]),
  ];
}

/** Returns the alarm's text with three digits in place of each number. The text with a later value is rarely longer. */
export function widestAlarmText(alarm: Alarm): string {
  return alarmText(alarm).replace(/(?<![\w.])\d{1,3}(?!\d)/g, '000');
}

/** Returns short remarks that a person must know about an alarm besides its text. */
export function remarksOf(alarm: Alarm): string[] {
  const notes: string[] = [];
  if (alarm.late) notes.push(t('late'));
  if (alarm.signal === 'latched') notes.push(t('ended, unseen'));
  else if (!alarm.present) notes.push(t('ended'));
  if (alarm.onsets > 1) notes.push(`${alarm.onsets} ×`);
  if (alarm.escalation > 0) notes.push(t('escalated'));
  return notes;
}
