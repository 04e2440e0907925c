/** The text of an alarm for people. The text of a device's own alarm says that it is the device's (CLINICAL, "Alarm vocabulary"). */
import type { Alarm } from './messages/alarms.ts';

/** Returns for example `Monitor: Ventricular tachycardia` or `HR 134 > 120`. */
export function alarmText({ origin, text }: Pick<Alarm, 'origin' | 'text'>): string {
  return origin === 'device' ? `Monitor: ${text}` : text;
}
