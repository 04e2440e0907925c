/** Decides whether an alarm is about a device that sends nothing. The server and the screens use the same rule. */
import type { Alarm } from './messages/alarms.ts';

/**
 * Returns whether the alarm is about a silent device. False for an alarm with a `code`: such an alarm is about one
 * missing parameter. Also false for an alarm that the device itself raised.
 */
export function isAboutSilentDevice(alarm: Alarm): boolean {
  if (alarm.origin !== undefined || alarm.kind !== 'technical' || !alarm.present || alarm.code !== undefined)
    return false;
  return alarm.condition === 'no-data' || alarm.condition === 'disconnected';
}
