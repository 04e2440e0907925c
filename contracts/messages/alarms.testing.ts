/** Creates alarms for tests. A test names only the members that matter to the test. */
import type { Alarm } from './alarms.ts';

/**
 * Returns an alarm that was raised at `raisedAt`, is still present, and is not acknowledged. `fields` replace its
 * members.
 */
export function newAlarm(
  raisedAt: string,
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
    onsetAt: raisedAt,
    determinedAt: raisedAt,
    raisedAt,
    onsets: 1,
    late: false,
    escalation: 0,
    ...fields,
  };
}
