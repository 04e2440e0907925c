/**
 * What is open at a bed when the bed is handed over: alarms, pauses of the sound, standby, the patient's own limits,
 * the hand-over note, and open tasks. The page shows these points, and the server compares them with what is open when
 * the person accepts. Page and server use this file, so that they compare the same points. Pure.
 */
import type { Alarm, GroupInForce, LimitsInForce, Standby } from './messages/alarms.ts';
import type { HandOverNote } from './messages/hand-over-notes.ts';
import type { PatientTask } from './messages/patient-tasks.ts';
import { priorityRank } from './priorities.ts';
import { parseInstant } from './time.ts';

/**
 * `key` is an id, or an id and a level: the priority of an alarm, the end of a pause or standby. A person who has seen
 * a point has also seen the same point with a lower level.
 */
export type OpenPoint = { readonly key: string } & (
  | { readonly type: 'alarm'; readonly alarm: Alarm }
  | { readonly type: 'pause'; readonly alarm: Alarm; readonly until: string }
  | { readonly type: 'standby'; readonly standby: Standby }
  | { readonly type: 'limits'; readonly group: GroupInForce }
  | { readonly type: 'note'; readonly note: HandOverNote }
  | { readonly type: 'task'; readonly task: PatientTask }
);

/** What a person may see of one device at a bed. */
export type OpenAtDevice = {
  readonly associationId: string;
  readonly alarms: readonly Alarm[];
  readonly standby: Standby | null;
  readonly limits: LimitsInForce | null;
  readonly note?: HandOverNote | undefined;
  readonly tasks?: readonly PatientTask[] | undefined;
};

/** Returns what is open at a device of a bed. */
export function openPoints(
  { associationId, alarms, standby, limits, note, tasks = [] }: OpenAtDevice,
  nowMs: number,
): OpenPoint[] {
  const ofAlarms = alarms.map(
    (alarm): OpenPoint => ({ type: 'alarm', key: alarmKey(alarm, needsPerson(alarm)), alarm }),
  );
  const pauses = alarms.flatMap((alarm): OpenPoint[] => {
    const until = alarm.audioPausedUntil;
    if (until === undefined || (parseInstant(until) ?? 0) <= nowMs) return [];
    return [{ type: 'pause', key: withLevel(keyOf('pause', alarm.alarmId), parseInstant(until)), alarm, until }];
  });
  const groups = (limits?.groups ?? []).filter(({ own }) => own !== undefined && Object.keys(own).length > 0);
  return [
    ...ofAlarms,
    ...pauses,
    ...(standby ? [{ type: 'standby', key: standbyKey(associationId, standby), standby } as const] : []),
    ...groups.map((group): OpenPoint => {
      const value = JSON.stringify([group.own, group.changed?.at]);
      return { type: 'limits', key: keyOf('limits', associationId, group.group, value), group };
    }),
    ...(note ? [{ type: 'note', key: keyOf('note', note.noteId), note } as const] : []),
    ...tasks
      .filter(({ done }) => done === undefined)
      .map((task): OpenPoint => ({ type: 'task', key: keyOf('task', task.eventId), task })),
  ];
}

/**
 * Returns the keys of the points that a person has seen. The key of an alarm changes when somebody acknowledges the
 * alarm. The person need not look again: a person who saw an unacknowledged alarm counts as having seen the
 * acknowledged alarm, too.
 */
export function seenKeys(points: readonly OpenPoint[]): string[] {
  return points.flatMap((point) =>
    point.type === 'alarm' && needsPerson(point.alarm) ? [point.key, alarmKey(point.alarm, false)] : [point.key],
  );
}

/**
 * Returns a function for a person who has seen `keys`. The function returns whether the person has seen the point with
 * a given key.
 */
export function seenWith(keys: readonly string[]): (key: string) => boolean {
  const levels = new Map<string, number>();
  for (const key of keys) {
    const { id, level } = partsOf(key);
    levels.set(id, Math.max(level, levels.get(id) ?? 0));
  }
  return (key) => {
    const { id, level } = partsOf(key);
    const seenLevel = levels.get(id);
    return seenLevel !== undefined && level <= seenLevel;
  };
}

/** Returns the id in a key. The id stays the same when the level changes. */
export const pointId = (key: string): string => partsOf(key).id;

/**
 * Returns the parts of a key. A page sends the keys, so the level may be any text. A key whose level is not a number
 * proves nothing.
 */
function partsOf(key: string): { readonly id: string; readonly level: number } {
  const [id = '', level = '0'] = key.split('.');
  return { id, level: Number.parseInt(level, 36) };
}

/**
 * Returns a short text of a point. A note and a task are named without their text, because the name goes to the audit
 * trail, too.
 */
export function pointName(point: OpenPoint): string {
  switch (point.type) {
    case 'alarm':
      return point.alarm.text;
    case 'pause':
      return `sound of ${point.alarm.text} paused`;
    case 'standby':
      return `standby (${point.standby.reason})`;
    case 'limits':
      return `own limits of ${point.group.group}`;
    case 'note':
      return `note of ${point.note.by}`;
    case 'task':
      return `task of ${point.task.by}`;
  }
}

/** Returns whether nobody has acknowledged the alarm. */
function needsPerson({ signal }: Alarm): boolean {
  return signal !== 'acknowledged';
}

const withLevel = (id: string, level = 0) => `${id}.${level.toString(36)}`;

const alarmKey = ({ alarmId, priority }: Alarm, isOpen: boolean) =>
  withLevel(keyOf('alarm', alarmId, isOpen ? 'open' : 'acknowledged'), priorityRank[priority]);

/**
 * The key leaves out the start. So a standby that somebody sets again, with the same reason and no later end, is no new
 * point.
 */
const standbyKey = (associationId: string, { reason, until }: Standby) =>
  withLevel(keyOf('standby', associationId, reason), parseInstant(until));

/**
 * Returns a short key, because a page sends the keys of a whole ward: two FNV-1a hashes of 32 bits. These hashes are
 * safe enough: a person who could make two equal keys would only hide a point from herself or himself.
 */
function keyOf(...parts: readonly string[]): string {
  const text = parts.join('\n');
  let [first, second] = [0x811c9dc5, 0x1000193];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ (unit + index), 0x01000193);
  }
  return `${(first >>> 0).toString(36)}-${(second >>> 0).toString(36)}`;
}
