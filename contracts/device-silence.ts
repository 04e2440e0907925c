/** Whether an alarm says that nothing comes from a whole device. The server and the screens decide it alike. */
import type { Alarm } from './messages/alarms.ts';

/** An alarm with a `code` is about one parameter; the others of the device go on. A device that sends its own alarm is not silent. */
export function isDeviceSilent(alarm: Alarm): boolean {
  if (alarm.origin !== undefined || alarm.kind !== 'technical' || !alarm.present || alarm.code !== undefined)
    return false;
  return alarm.condition === 'no-data' || alarm.condition === 'disconnected';
}
