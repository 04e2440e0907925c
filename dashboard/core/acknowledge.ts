/** Whether an acknowledgement is of what the person saw. */
import type { Fault } from '../../contracts/errors.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';

/**
 * Returns a `conflict` when `seenRev` is not the alarm's current revision, otherwise undefined. Every change of an alarm that a
 * person can read raises its revision. A change of the text alone counts: 85 % acknowledged is not 70 % acknowledged. An
 * association id is not compared, since the alarm id is a hash over it.
 */
export function acknowledgeFault(current: Alarm, seenRev: number): Fault | undefined {
  if (current.rev === seenRev) return undefined;
  return { code: 'conflict', message: `${whatChanged(current, seenRev)} It now says: ${current.text}.` };
}

function whatChanged(current: Alarm, seenRev: number): string {
  if (current.rev < seenRev) return 'Not acknowledged: this server has not read the alarm that you saw yet. Try again.';
  if (current.signal === 'acknowledged' && current.acknowledgedBy)
    return `${current.acknowledgedBy.name} has acknowledged this alarm meanwhile.`;
  if (!current.present) return 'Not acknowledged: the condition has ended since you saw the alarm.';
  return 'Not acknowledged: the alarm has changed since you saw it.';
}
