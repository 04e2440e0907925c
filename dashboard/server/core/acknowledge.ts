/** Refuses an acknowledgement if the person has not seen the present content of the alarm. */

import { type ContentRevision, isUnanswered } from '../../../contracts/acknowledgement.ts';
import { alarmText } from '../../../contracts/alarm-text.ts';
import type { Fault } from '../../../contracts/errors.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';

/**
 * Returns a `conflict` if the person has not seen the present content of the alarm, otherwise undefined. A person who
 * acknowledged an SpO2 of 85 % has not acknowledged 70 %. Every change of an alarm raises its revision, even a change
 * that the person need not see. `contentRevision.rev` is the last revision that the person must have seen. Later
 * revisions may say that the condition ended, that it returned within `newOnsetMs` (contracts/acknowledgement.ts), or
 * that the alarm was escalated, but not that the alarm got worse. If the alarm does not wait for an acknowledgement,
 * only its newest revision is accepted. The association id is not compared, because the alarm id is a hash over the
 * association id.
 */
export function acknowledgeFault(current: Alarm, contentRevision: ContentRevision, seenRev: number): Fault | undefined {
  const hasSeenContent = contentRevision.rev <= seenRev && seenRev < current.rev;
  if (current.rev === seenRev || (isUnanswered(current) && hasSeenContent)) return undefined;
  return { code: 'conflict', message: `${whatChanged(current, seenRev)} It now says: ${alarmText(current)}.` };
}

function whatChanged(current: Alarm, seenRev: number): string {
  if (current.rev < seenRev)
    return 'Not acknowledged: this server has not yet read the change that you saw. Try again.';
  if (current.signal === 'acknowledged' && current.acknowledgedBy)
    return `Meanwhile ${current.acknowledgedBy.name} has acknowledged this alarm.`;
  if (!current.present) return 'Not acknowledged: the condition has ended since you saw the alarm.';
  return 'Not acknowledged: the alarm has changed since you saw it.';
}
