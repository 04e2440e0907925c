/** An alarm that comes again soon after it ended is the same alarm, not a second tile (CLINICAL, "Alarm vocabulary"). Pure. */
import type { Live } from './alarm.ts';
import type { Closed } from './book-part.ts';
import type { Condition } from './condition.ts';

const recurMs = 30_000;

/**
 * Returns whether a condition that begins continues the alarm that has just ended. One id is one onset. So a condition of the same id
 * continues it only if it began to hold again after the end.
 */
export function isReturn(
  { onset, resumedAt = onset }: Condition,
  alarmId: string,
  { alarmId: ended, to }: Pick<Closed, 'alarmId' | 'to'>,
): boolean {
  const isWithin = (at: number) => at >= to && at - to <= recurMs;
  return (alarmId !== ended && isWithin(onset)) || (resumedAt !== onset && isWithin(resumedAt));
}

/** Returns the alarm as it was when it left, before its further onset. @param from its last onset, device time */
export function revived({ alarm, acknowledged }: Pick<Live, 'alarm' | 'acknowledged'>, from: number): Live {
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
