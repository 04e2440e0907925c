/** The order of rows in a list that somebody may be pointing at. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';

export type Rows = {
  readonly rows: readonly Row[];
  /** Alarms that came while the order was held; they stand at the end of `rows`. */
  readonly fresh: readonly Alarm[];
};
export type Row = {
  readonly alarm: Alarm;
  /** It has left the list; its row keeps the place until the order is free again. */
  readonly gone: boolean;
};

/**
 * Returns the rows to show of `alarms`, which are in order. While `held`, every row keeps its place: new alarms come after them,
 * and one that has gone leaves an empty row. `rowsMax` bounds a free list.
 */
export function rowsOf(before: Rows, alarms: readonly Alarm[], held: boolean, rowsMax: number): Rows {
  const first = alarms.slice(0, rowsMax);
  if (!held) return { rows: first.map((alarm) => ({ alarm, gone: false })), fresh: [] };
  const now = new Map(alarms.map((alarm) => [alarm.alarmId, alarm]));
  const stood = new Set(before.rows.map((row) => row.alarm.alarmId));
  const kept = before.rows.map(({ alarm }): Row => {
    const current = now.get(alarm.alarmId);
    return { alarm: current ?? alarm, gone: current === undefined };
  });
  const added = first.filter((alarm) => !stood.has(alarm.alarmId));
  const wereFresh = new Set(before.fresh.map((alarm) => alarm.alarmId));
  const fresh = [
    ...kept.filter((row) => !row.gone && wereFresh.has(row.alarm.alarmId)).map((row) => row.alarm),
    ...added,
  ];
  return { rows: [...kept, ...added.map((alarm) => ({ alarm, gone: false }))], fresh };
}
