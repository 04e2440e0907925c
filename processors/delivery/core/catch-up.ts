/**
 * Joins the events of one alarm that were written while no delivery process ran. Only the newest state of the alarm
 * counts, so nobody gets a message about an alarm that was acknowledged or ended in the meantime. Pure.
 */
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';

const freshTypes: readonly AlarmEvent['type'][] = ['raised', 'escalated', 'realarmed'];

/**
 * Joins two events of an alarm into one event with the newer state of the alarm. If the age of the alarm counts from
 * the earlier event, the joined event has the type and the time of the earlier event.
 */
export function joined(earlier: AlarmEvent | undefined, later: AlarmEvent): AlarmEvent {
  if (!earlier || later.alarm.rev < earlier.alarm.rev) return earlier ?? later;
  const isFresh = freshTypes.includes(later.type) || later.type === 'cleared';
  return isFresh || !freshTypes.includes(earlier.type) ? later : { ...earlier, alarm: later.alarm };
}
