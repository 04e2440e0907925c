/**
 * After a crash: compares the events that were appended after the last snapshot with the state that was rebuilt from it. They are equal,
 * unless the wall clock changed something in between. Then the screens get the present alarm, with a `rev` above all that they have. Pure.
 */
import { alarmKey } from '../../../contracts/alarm-id.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { closedMax } from './book.ts';
import type { BookPart, Closed } from './book-part.ts';
import type { State } from './state.ts';

/** @param told events of this association that were appended after its snapshot, in order. Call this after the engine has caught up. */
export function realign(
  state: State,
  told: readonly AlarmEvent[],
  now: number,
): { readonly state: State; readonly events: readonly AlarmEvent[] } {
  const last = new Map<string, AlarmEvent>();
  for (const event of told) {
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

/** Returns what the screens must get for an alarm that they know from `event`; no event if they are up to date. */
function realignAlarm(
  book: BookPart,
  { type, alarm }: AlarmEvent,
  now: number,
): { readonly book: BookPart; readonly event?: AlarmEvent } {
  const at = formatInstant(now);
  const found = Object.entries(book.live).find(([, live]) => live.alarm.alarmId === alarm.alarmId);
  if (found) {
    const [key, live] = found;
    const isBehind = alarm.rev > live.alarm.rev || (alarm.rev === live.alarm.rev && !isSame(alarm, live.alarm));
    if (!isBehind) return { book };
    const above: Alarm = { ...live.alarm, rev: Math.max(alarm.rev, live.alarm.rev) + 1 };
    return {
      book: { ...book, live: { ...book.live, [key]: { ...live, alarm: above } } },
      event: { type: 'updated', at, alarm: above },
    };
  }
  const closed = book.closed.find((entry) => entry.alarmId === alarm.alarmId);
  const isTold = closed !== undefined && (closed.rev > alarm.rev || (closed.rev === alarm.rev && type === 'cleared'));
  if (isTold) return { book };
  const onset = Date.parse(alarm.onsetAt);
  if (type === 'cleared') return { book: remember(book, closed, alarm, Date.parse(alarm.resolvedAt ?? alarm.onsetAt)) };
  const cleared: Alarm = {
    ...alarm,
    rev: alarm.rev + 1,
    present: false,
    signal: 'off',
    resolvedAt: closed ? formatInstant(closed.to) : at,
  };
  return { book: remember(book, closed, cleared, onset), event: { type: 'cleared', at, alarm: cleared } };
}

/** Keeps the screens' revision of an alarm that left. If the alarm is raised later, it continues above that revision. */
function remember(book: BookPart, closed: Closed | undefined, alarm: Alarm, to: number): BookPart {
  const { alarmId, rev } = alarm;
  const from = Date.parse(alarm.onsetAt);
  const known = closed ?? { key: alarmKey(alarm), alarmId, from, to };
  const last = closed === undefined ? { alarm, acknowledged: true } : closed.last;
  const entry: Closed = { ...known, rev, ...(last && { last: { ...last, alarm: { ...last.alarm, rev } } }) };
  const others = book.closed.filter((entry) => entry !== closed);
  return { ...book, closed: [...others, entry].slice(-closedMax) };
}

/** Returns whether a screen would show the same. */
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
