/** What an alarm's id is made of: the same readings give the same ids, however often and wherever they are judged. Pure. */
import type { Alarm } from './messages/alarms.ts';
import { formatInstant } from './time.ts';

/** The text whose hash is the id of an alarm. @param onsetMs event time at which its condition began, ms since 1970 */
export function alarmIdText(associationId: string, key: string, onsetMs: number): string {
  return `${associationId}\n${key}\n${formatInstant(onsetMs)}`;
}

/**
 * The key of an alarm among those of its patient: a technical condition about a parameter is of that parameter alone, and a pulse rate
 * is judged as the heart rate. Not of the device's own alarms: their key is made of more than the alarm says
 * (processors/alarms/core/own-alerts.ts).
 */
export function alarmKey({ kind, condition, code }: Pick<Alarm, 'kind' | 'condition' | 'code'>): string {
  if (kind === 'technical' && code !== undefined) return `${condition}/${code}`;
  return condition.replace(/^PR\./, 'HR.');
}
