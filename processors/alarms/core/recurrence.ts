/**
 * Decides whether a condition that begins continues an alarm that has just ended (CLINICAL, "Alarm vocabulary"). Pure.
 */
import type { LiveAlarm } from './alarm.ts';
import type { ClosedAlarm } from './book-part.ts';
import type { Condition } from './condition.ts';

/** A condition that begins within this time after the end of its alarm continues the alarm. */
const recurMs = 30_000;

/**
 * Returns whether a condition continues a closed alarm. An alarm id is made from the onset of its condition. So if the
 * condition has the id of the closed alarm, it has the onset of that alarm: it is not a new condition. It then
 * continues the alarm only if it began to hold again after the end of the alarm (`resumedAt`).
 */
export function continuesClosedAlarm(
  { onset, resumedAt = onset }: Condition,
  alarmId: string,
  { alarmId: closedId, to }: Pick<ClosedAlarm, 'alarmId' | 'to'>,
): boolean {
  const isWithin = (at: number) => at >= to && at - to <= recurMs;
  return (alarmId !== closedId && isWithin(onset)) || (resumedAt !== onset && isWithin(resumedAt));
}

/**
 * Makes a live alarm from a closed alarm. The caller then adds the further onset.
 * @param from the alarm's last onset, device time
 */
export function reopenedAlarm(
  { alarm, acknowledged }: Pick<LiveAlarm, 'alarm' | 'acknowledged'>,
  from: number,
): LiveAlarm {
  return {
    alarm,
    acknowledged,
    subsumed: false,
    onset: from,
    signalSince: 0,
    escalateAt: null,
    realarmAt: null,
    toldAt: from,
  };
}
