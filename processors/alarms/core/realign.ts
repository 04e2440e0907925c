/**
 * Aligns the state with the events after a crash. The state was rebuilt from the last snapshot. The events were
 * appended after the snapshot. The state and the events can differ. Example: before the crash, an alarm escalated by
 * the clock, and then its acknowledgement was read. In the replay, the acknowledgement comes before the escalation. If
 * an alarm differs, the screens get the alarm as the state has it, with a higher `rev` than before. Pure.
 */
import { alarmKey } from '../../../contracts/alarm-id.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { closedMax } from './book.ts';
import type { BookPart, ClosedAlarm } from './book-part.ts';
import type { State } from './state.ts';

/**
 * Returns the aligned state, and the events that the screens must get. Call this function after the engine has read all
 * records.
 * @param appended events of this association that were appended after its snapshot, in order
 */
export function realign(
  state: State,
  appended: readonly AlarmEvent[],
  now: number,
): { readonly state: State; readonly events: readonly AlarmEvent[] } {
  const last = new Map<string, AlarmEvent>();
  for (const event of appended) {
    const before = last.get(event.alarm.alarmId);
    if (!before || event.alarm.rev >= before.alarm.rev) last.set(event.alarm.alarmId, event);
  }
  let book = state.book;
  const events: AlarmEvent[] = [];
  for (const event of last.values()) {
    const next = realignAlarm(book, event, now);
    book = next.book;
    if (next.event !== undefined) events.push(next.event);
  }
  return { state: book === state.book ? state : { ...state, book }, events };
}

/**
 * Returns the aligned book (the alarms of the patient), and the event that the screens must get for an alarm. No event
 * is returned if the book agrees with the last event.
 * @param event the last event of the alarm that was appended
 */
function realignAlarm(
  book: BookPart,
  event: AlarmEvent,
  now: number,
): { readonly book: BookPart; readonly event?: AlarmEvent } {
  const { type, alarm } = event;
  const at = formatInstant(now);
  const entry = Object.entries(book.live).find(([, live]) => live.alarm.alarmId === alarm.alarmId);
  if (entry) {
    const [key, live] = entry;
    const screensDiffer = alarm.rev > live.alarm.rev || (alarm.rev === live.alarm.rev && !isSame(alarm, live.alarm));
    if (!screensDiffer) return { book };
    const newest: Alarm = { ...live.alarm, rev: Math.max(alarm.rev, live.alarm.rev) + 1 };
    return {
      book: { ...book, live: { ...book.live, [key]: { ...live, alarm: newest } } },
      event: { type: 'updated', at, alarm: newest },
    };
  }
  const closedAlarm = book.closed.find((entry) => entry.alarmId === alarm.alarmId);
  // The screens already have the end of the alarm, or a later revision of the alarm.
  const screensHaveThisEnd =
    closedAlarm !== undefined && (closedAlarm.rev > alarm.rev || (closedAlarm.rev === alarm.rev && type === 'cleared'));
  if (screensHaveThisEnd) return { book };
  const onset = Date.parse(alarm.onsetAt);
  if (type === 'cleared')
    return { book: rememberClosed(book, closedAlarm, alarm, Date.parse(alarm.resolvedAt ?? alarm.onsetAt)) };
  const cleared: Alarm = {
    ...alarm,
    rev: alarm.rev + 1,
    present: false,
    signal: 'off',
    resolvedAt: closedAlarm ? formatInstant(closedAlarm.to) : at,
  };
  return { book: rememberClosed(book, closedAlarm, cleared, onset), event: { type: 'cleared', at, alarm: cleared } };
}

/**
 * Remembers the last published revision of a closed alarm. If the alarm is raised again, its revisions continue from
 * this revision.
 */
function rememberClosed(book: BookPart, closed: ClosedAlarm | undefined, alarm: Alarm, to: number): BookPart {
  const { alarmId, rev } = alarm;
  const from = Date.parse(alarm.onsetAt);
  const remembered = closed ?? { key: alarmKey(alarm), alarmId, from, to };
  const last = closed === undefined ? { alarm, acknowledged: true } : closed.last;
  const entry: ClosedAlarm = { ...remembered, rev, ...(last && { last: { ...last, alarm: { ...last.alarm, rev } } }) };
  const others = book.closed.filter((entry) => entry !== closed);
  return { ...book, closed: [...others, entry].slice(-closedMax) };
}

/**
 * Returns whether two revisions of an alarm agree in presence, signal, onsets, escalation, lateness and audio pause.
 * The text, the value, the priority and the acknowledging person are not compared.
 */
function isSame(a: Alarm, b: Alarm): boolean {
  return (
    a.present === b.present &&
    a.signal === b.signal &&
    a.onsets === b.onsets &&
    a.escalation === b.escalation &&
    a.late === b.late &&
    a.audioPausedUntil === b.audioPausedUntil
  );
}
