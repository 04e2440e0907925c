/**
 * Makes the text from which the id of an alarm is computed. The same readings always give the same alarm ids, on every
 * machine. Pure.
 */
import type { Alarm } from './messages/alarms.ts';
import { formatInstant } from './time.ts';

/** Number of characters of an alarm's id. */
export const alarmIdLength = 22;

/**
 * Returns the text whose hash is the id of an alarm.
 * @param onsetMs event time at which the condition of the alarm began, ms since 1970
 */
export function alarmIdText(associationId: string, key: string, onsetMs: number): string {
  return `${associationId}\n${key}\n${formatInstant(onsetMs)}`;
}

/**
 * Returns the key of an alarm among the alarms of its patient. The key of a technical alarm about one parameter
 * contains the parameter. An alarm about the pulse rate has the key of the alarm about the heart rate. Do not use this
 * function for alarms that the device raised itself: own-alerts.ts of the alarm engine computes their keys.
 */
export function alarmKey({ kind, condition, code }: Pick<Alarm, 'kind' | 'condition' | 'code'>): string {
  if (kind === 'technical' && code !== undefined) return `${condition}/${code}`;
  return condition.replace(/^PR\./, 'HR.');
}
