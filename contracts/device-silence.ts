/** Decides whether an alarm is about a device that sends nothing. The server and the screens use the same rule. */
import type { Alarm } from './messages/alarms.ts';

/** Whether the alarm is about a silent device. Not if it has a `code` (only one parameter is missing), or if the device itself sent the alarm. */
export function isDeviceSilent(alarm: Alarm): boolean {
  if (alarm.origin !== undefined || alarm.kind !== 'technical' || !alarm.present || alarm.code !== undefined)
    return false;
  return alarm.condition === 'no-data' || alarm.condition === 'disconnected';
}
