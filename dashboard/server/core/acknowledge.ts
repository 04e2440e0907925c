/** Whether a person acknowledges the alarm that they saw. */

import type { ContentRevision } from '../../../contracts/acknowledgement.ts';
import { alarmText } from '../../../contracts/alarm-text.ts';
import type { Fault } from '../../../contracts/errors.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';

/**
 * Returns a `conflict` when the person has not seen what the alarm says now, otherwise undefined. Every change of an
 * alarm raises its revision, also a change that the person need not see. So any revision from `said.rev` on is
 * accepted: since then the alarm only came, went or was escalated, and became no graver. A person who acknowledged an
 * SpO2 of 85 % has not acknowledged 70 %. The association id is not compared, because the alarm id is a hash over it.
 */
export function acknowledgeFault(current: Alarm, said: ContentRevision, seenRev: number): Fault | undefined {
  const isOpen = current.signal === 'on' || current.signal === 'latched';
  if (current.rev === seenRev || (isOpen && said.rev <= seenRev && seenRev < current.rev)) return undefined;
  return { code: 'conflict', message: `${whatChanged(current, seenRev)} It now says: ${alarmText(current)}.` };
}

function whatChanged(current: Alarm, seenRev: number): string {
  if (current.rev < seenRev) return 'Not acknowledged: this server has not read the alarm that you saw yet. Try again.';
  if (current.signal === 'acknowledged' && current.acknowledgedBy)
    return `${current.acknowledgedBy.name} has acknowledged this alarm meanwhile.`;
  if (!current.present) return 'Not acknowledged: the condition has ended since you saw the alarm.';
  return 'Not acknowledged: the alarm has changed since you saw it.';
}
