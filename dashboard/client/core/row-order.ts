/** The order of rows in the list of alarms. A row must not move away while somebody points at it. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { compareAlarms } from './alarm-order.ts';

export type Rows = {
  readonly rows: readonly Row[];
  /**
   * Alarms that came while the rows kept their places. Such an alarm is at the end of `rows`, or in the row of an alarm
   * that has left the list.
   */
  readonly fresh: readonly Alarm[];
  /** When each alarm was last seen present, ms. */
  readonly presentAtMs: ReadonlyMap<string, number>;
};
export type Row = {
  readonly alarm: Alarm;
  /** Whether the alarm has left the list. Its row stays until the list is sorted again. */
  readonly isGone: boolean;
};

/**
 * `free`: the rows are sorted again. `resting`: the rows were sorted a moment ago, so each row keeps its place. Only a
 * new high alarm goes to its sorted place at once. `held`: somebody points at the list, so each row keeps its place. A
 * new alarm without a sorted place takes the first row whose alarm has left the list. If there is no such row, the
 * alarm comes at the end.
 */
export type Movement = 'free' | 'resting' | 'held';

/** How long rows keep their places after they were sorted. */
export const rowsRestMs = 5_000;
/**
 * How long after its end an alarm is sorted as if it were present. So an alarm that ends and begins again keeps its
 * place.
 */
const sortedAsPresentMs = 10_000;

export const noRows: Rows = { rows: [], fresh: [], presentAtMs: new Map() };

/**
 * Returns the rows of the list at `nowMs`.
 * @param rowsMax maximum number of rows if the rows are sorted again
 * @param isOnScreen whether the screen still shows the bed of an alarm. After a change of ward, the rows of the former
 * ward leave the list at once, because they would push the alarms of the new ward out of sight
 */
export function rowsOf(
  before: Rows,
  alarms: readonly Alarm[],
  movement: Movement,
  rowsMax: number,
  nowMs: number,
  isOnScreen: (alarm: Alarm) => boolean = () => true,
): Rows {
  const presentAtMs = new Map<string, number>();
  for (const { alarmId, present } of alarms) {
    const atMs = present ? nowMs : before.presentAtMs.get(alarmId);
    if (atMs !== undefined) presentAtMs.set(alarmId, atMs);
  }
  const asSorted = (alarm: Alarm): Alarm =>
    nowMs - (presentAtMs.get(alarm.alarmId) ?? Number.NEGATIVE_INFINITY) < sortedAsPresentMs
      ? { ...alarm, present: true }
      : alarm;
  const compare = (a: Alarm, b: Alarm) => compareAlarms(asSorted(a), asSorted(b));
  const sorted = alarms.toSorted(compare).slice(0, rowsMax);
  const rowsInPlace = keptRows(before.rows, alarms).filter((row) => !row.isGone || isOnScreen(row.alarm));
  // An empty list has no rows that must keep their places.
  if (movement === 'free' || rowsInPlace.length === 0)
    return { rows: sorted.map((alarm) => ({ alarm, isGone: false })), fresh: [], presentAtMs };

  const idsInPlace = new Set(rowsInPlace.map((row) => row.alarm.alarmId));
  const newAlarms = sorted.filter((alarm) => !idsInPlace.has(alarm.alarmId));
  const fresh: Alarm[] = [];
  for (const alarm of newAlarms) {
    const isUrgent = movement === 'resting' && alarm.priority === 'high' && isUnanswered(alarm);
    const index = rowsInPlace.findIndex((row) => row.isGone || (isUrgent && compare(alarm, row.alarm) < 0));
    const place = index < 0 ? rowsInPlace.length : index;
    rowsInPlace.splice(place, rowsInPlace[place]?.isGone ? 1 : 0, { alarm, isGone: false });
    if (!isUrgent) fresh.push(alarm);
  }
  const formerFreshIds = new Set(before.fresh.map((alarm) => alarm.alarmId));
  const isFormerFresh = ({ alarm, isGone }: Row) => !isGone && formerFreshIds.has(alarm.alarmId);
  return {
    rows: rowsInPlace,
    fresh: [...rowsInPlace.filter(isFormerFresh).map(({ alarm }) => alarm), ...fresh],
    presentAtMs,
  };
}

/**
 * Returns the rows in their former places with the present state of their alarms. If an alarm has left the list, its
 * row goes to a new alarm with this condition at this bed.
 */
function keptRows(rows: readonly Row[], alarms: readonly Alarm[]): Row[] {
  const byId = new Map(alarms.map((alarm) => [alarm.alarmId, alarm]));
  const formerIds = new Set(rows.map((row) => row.alarm.alarmId));
  const successors = new Map<string, Alarm>();
  for (const alarm of alarms) if (!formerIds.has(alarm.alarmId)) successors.set(conditionOf(alarm), alarm);
  return rows.map(({ alarm }): Row => {
    const current = byId.get(alarm.alarmId);
    if (current) return { alarm: current, isGone: false };
    const successor = successors.get(conditionOf(alarm));
    if (!successor) return { alarm, isGone: true };
    successors.delete(conditionOf(alarm));
    return { alarm: successor, isGone: false };
  });
}

function conditionOf({ associationId, deviceId, condition, priority }: Alarm): string {
  return [associationId, deviceId, condition, priority].join(' ');
}
