/** Which alarm comes first, which speaks for a bed, and what each looks like in words. */
import type { Alarm, Priority } from '../../../contracts/messages/alarms.ts';

const rank: Readonly<Record<Priority, number>> = { high: 3, medium: 2, low: 1 };

/** Shape beside colour, so that colour is never alone (CLINICAL, "Signals"). */
export const marks: Readonly<Record<Priority, string>> = { high: '***', medium: '**', low: '*' };

/** Nobody answered it yet: it flashes and sounds. An acknowledged alarm that alarms again is back to `on`. */
export function isUnanswered(alarm: Alarm): boolean {
  return alarm.signal === 'on' || alarm.signal === 'latched';
}

/** For lists: by priority, in it the unanswered ones first, then the newest onset first; the id breaks ties for good. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    rank[b.priority] - rank[a.priority] ||
    Number(isUnanswered(b)) - Number(isUnanswered(a)) ||
    Date.parse(b.onsetAt) - Date.parse(a.onsetAt) ||
    (a.alarmId < b.alarmId ? -1 : a.alarmId > b.alarmId ? 1 : 0)
  );
}

/** Those that belong on the screen, in order. `off` is no signal. */
export function listed(alarms: Iterable<Alarm>): Alarm[] {
  return [...alarms].filter((alarm) => alarm.signal !== 'off').sort(compareAlarms);
}

/** The alarm that a bed's tile shows: an unanswered one of any priority before an acknowledged one. */
export function foremost(alarms: readonly Alarm[]): Alarm | undefined {
  let best: Alarm | undefined;
  for (const alarm of alarms) {
    if (alarm.signal === 'off') continue;
    if (!best || compareForTile(alarm, best) < 0) best = alarm;
  }
  return best;
}

function compareForTile(a: Alarm, b: Alarm): number {
  return Number(isUnanswered(b)) - Number(isUnanswered(a)) || compareAlarms(a, b);
}

/** When the audio of an alarm comes back, ms since 1970; undefined where it is not paused now. */
export function audioPausedUntilMs(alarm: Alarm, nowMs: number): number | undefined {
  if (alarm.audioPausedUntil === undefined) return undefined;
  const until = Date.parse(alarm.audioPausedUntil);
  return until > nowMs ? until : undefined;
}

/** What besides its text must be known of an alarm, in short words. */
export function remarks(alarm: Alarm): string[] {
  const words: string[] = [];
  if (alarm.late) words.push('late');
  if (alarm.signal === 'latched') words.push('ended, unseen');
  else if (!alarm.present) words.push('ended');
  if (alarm.onsets > 1) words.push(`${alarm.onsets} ×`);
  if (alarm.escalation > 0) words.push('escalated');
  return words;
}
