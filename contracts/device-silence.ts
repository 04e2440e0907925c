/** Decides whether an alarm says that a whole device sends nothing. The server and the screens use the same rule. */
import type { Alarm } from './messages/alarms.ts';

/** An alarm with a `code` is about one parameter; the device still sends the others. A device that sends its own alarm is not silent. */
export function isDeviceSilent(alarm: Alarm): boolean {
  if (alarm.origin !== undefined || alarm.kind !== 'technical' || !alarm.present || alarm.code !== undefined)
    return false;
  return alarm.condition === 'no-data' || alarm.condition === 'disconnected';
}
