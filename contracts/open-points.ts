/**
 * What is open at a bed when it is handed over: alarms, pauses of the sound, standby, and the patient's own limits. The page shows these points,
 * and the server compares them with what is open when the person accepts. Both use this file, so that they mean the same. Pure.
 */
import type { Alarm, GroupInForce, LimitsInForce, Standby } from './messages/alarms.ts';
import { parseInstant } from './time.ts';

export type OpenPoint = { readonly key: string } & (
  | { readonly type: 'alarm'; readonly alarm: Alarm }
  | { readonly type: 'pause'; readonly alarm: Alarm; readonly until: string }
  | { readonly type: 'standby'; readonly standby: Standby }
  | { readonly type: 'limits'; readonly group: GroupInForce }
);

/** What a person may see of one device at a bed. */
export type OpenAtDevice = {
  readonly associationId: string;
  readonly alarms: readonly Alarm[];
  readonly standby: Standby | null;
  readonly limits: LimitsInForce | null;
};

/** Returns what is open at a device of a bed. */
export function openPoints({ associationId, alarms, standby, limits }: OpenAtDevice, nowMs: number): OpenPoint[] {
  const ofAlarms = alarms.map(
    (alarm): OpenPoint => ({ type: 'alarm', key: alarmKey(alarm, needsPerson(alarm)), alarm }),
  );
  const pauses = alarms.flatMap((alarm): OpenPoint[] => {
    const until = alarm.audioPausedUntil;
    if (until === undefined || (parseInstant(until) ?? 0) <= nowMs) return [];
    return [{ type: 'pause', key: keyOf('pause', alarm.alarmId, until), alarm, until }];
  });
  const groups = (limits?.groups ?? []).filter(({ own }) => own !== undefined && Object.keys(own).length > 0);
  return [
    ...ofAlarms,
    ...pauses,
    ...(standby
      ? [{ type: 'standby', key: keyOf('standby', associationId, standby.since, standby.until), standby } as const]
      : []),
    ...groups.map((group): OpenPoint => {
      const value = JSON.stringify([group.own, group.changed?.at]);
      return { type: 'limits', key: keyOf('limits', associationId, group.group, value), group };
    }),
  ];
}

/**
 * Returns the keys of what a person has seen. Who has seen an alarm that nobody had acknowledged has also seen it for the time when somebody
 * acknowledges it: that is no news that keeps a person from accepting.
 */
export function seenKeys(points: readonly OpenPoint[]): string[] {
  return points.flatMap((point) =>
    point.type === 'alarm' && needsPerson(point.alarm) ? [point.key, alarmKey(point.alarm, false)] : [point.key],
  );
}

/** Returns a short text of a point. */
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
  }
}

/** Returns whether nobody has acknowledged the alarm. */
function needsPerson({ signal }: Alarm): boolean {
  return signal !== 'acknowledged';
}

const alarmKey = ({ alarmId, priority }: Alarm, isOpen: boolean) =>
  keyOf('alarm', alarmId, priority, isOpen ? 'open' : 'acknowledged');

/**
 * Returns a short key, because a page sends the keys of a whole ward: two FNV-1a hashes of 32 bits. A person who could make two equal keys
 * would only hide a point from her or his own acceptance.
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
