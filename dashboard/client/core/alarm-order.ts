/** Which alarm comes first, which stands on a bed's tile, and how each looks. */
import { alarmText } from '../../../contracts/alarm-text.ts';
import { audioPauseUntil } from '../../../contracts/audio-pause.ts';
import type { Alarm, Priority } from '../../../contracts/messages/alarms.ts';

const rank: Readonly<Record<Priority, number>> = { high: 3, medium: 2, low: 1 };

/** Shape beside colour, so that colour is never alone (CLINICAL, "Signals"). */
export const marks: Readonly<Record<Priority, string>> = { high: '***', medium: '**', low: '*' };

/** Nobody answered it yet: it flashes and sounds. An acknowledged alarm that alarms again is `on` again. */
export function isUnanswered(alarm: Alarm): boolean {
  return alarm.signal === 'on' || alarm.signal === 'latched';
}

/** Whether the condition holds now. A late alarm was judged from readings of the past, so it is not about now. */
export function isAboutNow(alarm: Alarm): boolean {
  return alarm.present && !alarm.late;
}

/**
 * The order of alarms, for every list, tile and sort: present before ended, then grave before slight, unanswered before
 * acknowledged, newest onset first. The id decides between equal ones.
 */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return Number(isAboutNow(b)) - Number(isAboutNow(a)) || compareGravity(a, b);
}

/** Grave before slight, whether present or ended: for alarms that must not be hidden behind another alarm. */
function compareGravity(a: Alarm, b: Alarm): number {
  return (
    rank[b.priority] - rank[a.priority] ||
    Number(isUnanswered(b)) - Number(isUnanswered(a)) ||
    Number(isAboutNow(b)) - Number(isAboutNow(a)) ||
    Date.parse(b.onsetAt) - Date.parse(a.onsetAt) ||
    (a.alarmId < b.alarmId ? -1 : a.alarmId > b.alarmId ? 1 : 0)
  );
}

/** Returns the alarms that belong on the screen, in order. `off` means without a signal. */
export function listed(alarms: Iterable<Alarm>): Alarm[] {
  return [...alarms].filter((alarm) => alarm.signal !== 'off').sort(compareAlarms);
}

/**
 * Returns what is listed under an alarm: slighter alarms of the same cause, Vigil's or the device's, that do not call.
 * @param alarms all of them, the listed ones and those without a signal
 */
export function listedUnder(alarms: Iterable<Alarm>): (alarm: Alarm) => readonly string[] {
  const texts = new Map<string, string[]>();
  for (const one of alarms) {
    if (one.under === undefined || !one.present || one.signal !== 'off') continue;
    const key = `${one.associationId} ${one.under}`;
    texts.set(key, [...(texts.get(key) ?? []), alarmText(one)]);
  }
  return ({ associationId, condition, present }) => (present && texts.get(`${associationId} ${condition}`)) || [];
}

/** The alarm in the headline of a bed's tile: the first in the order of all lists. */
export function foremost(alarms: Iterable<Alarm>): Alarm | undefined {
  return first(alarms, compareAlarms);
}

/** The gravest alarm, whether present or ended; of equal ones an unanswered one. */
export function gravest(alarms: Iterable<Alarm>): Alarm | undefined {
  return first(alarms, compareGravity);
}

function first(alarms: Iterable<Alarm>, compare: (a: Alarm, b: Alarm) => number): Alarm | undefined {
  let best: Alarm | undefined;
  for (const alarm of alarms) {
    if (alarm.signal === 'off') continue;
    if (!best || compare(alarm, best) < 0) best = alarm;
  }
  return best;
}

/** Sorts beds: the bed whose headline comes first; a bed without an alarm comes last. */
export function compareHeadlines(a: Alarm | undefined, b: Alarm | undefined): number {
  if (!a || !b) return Number(a === undefined) - Number(b === undefined);
  return compareAlarms(a, b);
}

/**
 * How an alarm looks: `calling` flashes in its colour; `steady` is acknowledged but present, in full colour without flashing;
 * `ended` is unanswered but over, a flashing outline; `over` is acknowledged and over, grey.
 */
export type AlarmLook = 'calling' | 'steady' | 'ended' | 'over';

export function lookOf(alarm: Alarm): AlarmLook {
  if (alarm.present) return isUnanswered(alarm) ? 'calling' : 'steady';
  return isUnanswered(alarm) ? 'ended' : 'over';
}

/** The frame of a tile: the gravest priority of all that is present or unanswered; it flashes while one of these is unanswered. */
export function frameOf(alarms: readonly Alarm[]): { priority: Priority; flashes: boolean } | undefined {
  const top = gravest(alarms.filter((alarm) => alarm.present || isUnanswered(alarm)));
  return top && { priority: top.priority, flashes: isUnanswered(top) };
}

/**
 * What a tile shows of the alarms behind its headline: their number, the gravest, and the gravest unanswered one if
 * that is another. So a grave or a calling alarm is never only a number.
 */
export function behind(alarms: readonly Alarm[], headline: Alarm | undefined): { count: number; named: Alarm[] } {
  const others = alarms.filter((alarm) => alarm.signal !== 'off' && alarm.alarmId !== headline?.alarmId);
  const top = gravest(others);
  const calling = gravest(others.filter(isUnanswered));
  const named = [top, calling === top ? undefined : calling].filter((alarm) => alarm !== undefined);
  return { count: others.length, named };
}

/** Returns when the audio of an alarm comes back, ms since 1970; undefined if it is not paused now. */
export function audioPausedUntilMs(alarm: Alarm, nowMs: number): number | undefined {
  return audioPauseUntil(alarm.audioPausedUntil, nowMs);
}

/**
 * The words that an alarm may show during its life, the longest of those that exclude each other. A place with room for
 * them does not change its height when the alarm ends, comes back or is escalated.
 */
export function possibleRemarks(alarm: Alarm): string[] {
  const { priority } = alarm;
  return [
    ...(alarm.late ? ['late'] : []),
    'ended, unseen',
    ...(priority === 'high' ? ['99 ×'] : []),
    ...(priority === 'low' ? [] : ['escalated']),
  ];
}

/** The text with three digits for each smaller number: the next value is hardly ever longer. */
export function widestText(alarm: Alarm): string {
  return alarmText(alarm).replace(/(?<![\w.])\d{1,3}(?!\d)/g, '000');
}

/** Short words for what a person must know of an alarm besides its text. */
export function remarks(alarm: Alarm): string[] {
  const notes: string[] = [];
  if (alarm.late) notes.push('late');
  if (alarm.signal === 'latched') notes.push('ended, unseen');
  else if (!alarm.present) notes.push('ended');
  if (alarm.onsets > 1) notes.push(`${alarm.onsets} ×`);
  if (alarm.escalation > 0) notes.push('escalated');
  return notes;
}
