/** Makes the texts about alarms on the page of a patient whose bed is not live. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { remarksOf } from './alarm-order.ts';
import { t } from './texts.ts';
import { whenText } from './times.ts';

/**
 * Returns the words beside an alarm in the last known state. The words also say that the condition had ended or that
 * the alarm came late. Without these words the condition would look present.
 * @param atMs the time of the last known state
 */
export function pastAlarmWords(alarm: Alarm, atMs: number, nowMs: number): string {
  const timesText = t('since {when}, {part} at {when2}', {
    when: whenText(Date.parse(alarm.onsetAt), nowMs),
    part: isUnanswered(alarm) ? t('not acknowledged') : t('acknowledged'),
    when2: whenText(atMs, nowMs),
  });
  return [...remarksOf(alarm), timesText].join(', ');
}
