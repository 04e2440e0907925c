/** A made-up alarm for tests, so that each test names only what it is about. */
import type { Alarm } from './alarms.ts';

/** An alarm that was raised at `at`, is present and that nobody has answered. */
export function newAlarm(
  at: string,
  fields: Pick<Alarm, 'alarmId' | 'associationId' | 'deviceId'> & Partial<Alarm>,
): Alarm {
  return {
    rev: 1,
    condition: 'HR.high',
    kind: 'physiological',
    priority: 'high',
    text: 'HR 151 > 120',
    present: true,
    signal: 'on',
    onsetAt: at,
    determinedAt: at,
    raisedAt: at,
    onsets: 1,
    late: false,
    escalation: 0,
    ...fields,
  };
}
