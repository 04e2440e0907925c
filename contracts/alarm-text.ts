/** The words of an alarm for people: those of the device's own alarms say so (CLINICAL, "Alarm vocabulary"). */
import type { Alarm } from './messages/alarms.ts';

/** `Monitor: Ventricular tachycardia`, `HR 134 > 120`. */
export function alarmText({ origin, text }: Pick<Alarm, 'origin' | 'text'>): string {
  return origin === 'device' ? `Monitor: ${text}` : text;
}
