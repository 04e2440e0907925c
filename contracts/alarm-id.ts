/** Makes the id of an alarm. The same readings give the same ids, no matter how often and where they are judged. Pure. */
import type { Alarm } from './messages/alarms.ts';
import { formatInstant } from './time.ts';

/** Returns the text whose hash is the id of an alarm. @param onsetMs event time at which its condition began, ms since 1970 */
export function alarmIdText(associationId: string, key: string, onsetMs: number): string {
  return `${associationId}\n${key}\n${formatInstant(onsetMs)}`;
}

/**
 * Returns the key of an alarm among the alarms of its patient. A technical condition about a parameter belongs to that parameter
 * alone. A pulse rate is judged as the heart rate. Not for the device's own alarms: their keys need more than the alarm says
 * (processors/alarms/core/own-alerts.ts).
 */
export function alarmKey({ kind, condition, code }: Pick<Alarm, 'kind' | 'condition' | 'code'>): string {
  if (kind === 'technical' && code !== undefined) return `${condition}/${code}`;
  return condition.replace(/^PR\./, 'HR.');
}
