/**
 * The alarm that a person has selected with keys. A key acts on an alarm and never on a place in a list. If the order
 * of a list changes before the person presses the key, the selection stays on its alarm. If the selected alarm is over,
 * no other alarm becomes selected by itself.
 */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { type Sight, sightOf } from './sight.ts';
import { stillMs } from './stillness.ts';

/** If nobody has pressed the key for longer than this, the next press begins again with the most urgent alarm. */
export const walkMs = 10_000;

/** If nobody has pressed a key for the selected alarm for longer than this, the key does not acknowledge the alarm. */
export const selectionMs = 60_000;

/** A walk through the alarms: the alarms that the key has selected, and the time of its last press. */
export type Walk = { readonly visited: ReadonlySet<string>; readonly atMs: number };
export const noWalk: Walk = { visited: new Set(), atMs: Number.NEGATIVE_INFINITY };

/**
 * Returns the next alarm to select: the most urgent unanswered alarm that the walk has not visited. Of equally urgent
 * alarms, returns the oldest. So an alarm that begins during the walk comes next if it is more urgent than the other
 * alarms.
 * @param selectedId the selected alarm. It is the next alarm only if no other alarm is unanswered
 */
export function nextAlarm(
  alarms: Iterable<Alarm>,
  walk: Walk,
  selectedId: string | undefined,
  nowMs: number,
): { readonly alarm: Alarm | undefined; readonly walk: Walk } {
  const unanswered = [...alarms].filter(isUnanswered).sort(compareForWalk);
  const visited = nowMs - walk.atMs <= walkMs ? walk.visited : new Set<string>();
  const others = unanswered.filter(({ alarmId }) => alarmId !== selectedId);
  const fresh = others.find((alarm) => !visited.has(visitKey(alarm)));
  const alarm = fresh ?? others[0] ?? unanswered[0];
  if (!alarm) return { alarm, walk: noWalk };
  const left = unanswered.find(({ alarmId }) => alarmId === selectedId);
  // After the last alarm the walk begins again.
  const before = fresh ? visited : [];
  const keys = [...before, ...(left ? [visitKey(left)] : []), visitKey(alarm)];
  return { alarm, walk: { visited: new Set(keys), atMs: nowMs } };
}

function compareForWalk(a: Alarm, b: Alarm): number {
  return (
    priorityRank[b.priority] - priorityRank[a.priority] ||
    Date.parse(a.onsetAt) - Date.parse(b.onsetAt) ||
    (a.alarmId < b.alarmId ? -1 : a.alarmId > b.alarmId ? 1 : 0)
  );
}

/** An alarm that has become more urgent, or that begins again, counts as not visited. */
function visitKey({ alarmId, priority, onsets }: Alarm): string {
  return `${alarmId} ${priority} ${onsets}`;
}

/** What the browser has painted of the selected alarm. */
export type Seen = { readonly sight: Sight; readonly alarm: Alarm; readonly sinceMs: number };

/**
 * Must be called when the browser has painted `alarm` as the selected alarm; `nowMs` is by a steady clock. Returns what
 * a person has seen. Undefined if the alarm is answered. If the alarm calls again, the person must read it again, even
 * if its text has not changed.
 */
export function seenAfterPaint(before: Seen | undefined, alarm: Alarm, nowMs: number): Seen | undefined {
  if (!isUnanswered(alarm)) return undefined;
  const former = before?.alarm.alarmId === alarm.alarmId ? before : undefined;
  const sight = sightOf(former?.sight, alarm, nowMs);
  const sinceMs = former && former.sight.actsOn === sight.actsOn ? former.sinceMs : nowMs;
  return { sight, alarm, sinceMs };
}

/**
 * Returns whether a press of the key acknowledges the selected alarm. `acknowledge`: yes, in the painted revision.
 * `too-soon`: no. The page has shown the alarm, or the present content of the alarm, for less than `stillMs`, so the
 * person cannot have read the alarm. `over`: no. The alarm is answered or is not on the screen any more.
 */
export function judgeKeyAcknowledge(
  selectedId: string,
  seen: Seen | undefined,
  current: Alarm | undefined,
  nowMs: number,
): { readonly kind: 'acknowledge'; readonly alarm: Alarm } | { readonly kind: 'too-soon' | 'over' } {
  if (!current || !isUnanswered(current)) return { kind: 'over' };
  if (seen?.alarm.alarmId !== selectedId || nowMs - seen.sinceMs < stillMs) return { kind: 'too-soon' };
  return { kind: 'acknowledge', alarm: seen.alarm };
}
