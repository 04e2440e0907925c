/** The text of an alarm in the language of the page. */
import { alarmText as englishText } from '../../../contracts/alarm-text.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { serverText } from './server-texts.ts';

/**
 * Returns the text of an alarm. The English text comes from `contracts/alarm-text.ts`. `Monitor:` marks an alarm of the
 * device itself.
 */
export function alarmText(alarm: Pick<Alarm, 'origin' | 'text'>): string {
  return serverText(englishText(alarm));
}
