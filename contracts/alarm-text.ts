/**
 * Writes the text of an alarm for people. `Monitor:` marks an alarm that the device raised itself (CLINICAL, "Alarm
 * vocabulary").
 */
import { deviceMark } from './device-text.ts';
import type { Alarm } from './messages/alarms.ts';

/** Returns the text of an alarm, for example `Monitor: Ventricular tachycardia` or `HR 134 > 120`. */
export function alarmText({ origin, text }: Pick<Alarm, 'origin' | 'text'>): string {
  return origin === 'device' ? `${deviceMark}${text}` : text;
}
