/** The alarms that the page "Waves" marks. Their times are by the clock of the device, like the times of the waves. */
import type { AlarmReview, ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import { t } from './texts.ts';
import { dateTimeText } from './times.ts';

export type WaveAlarm = Pick<ReviewedAlarmRow, 'alarmId' | 'priority' | 'text'> & {
  readonly fromMs: number;
  /** Null while the alarm lasts. */
  readonly toMs: number | null;
};

/**
 * Returns an alarm with times by the clock of the device. Its beginning already has the time of the device. Its end has
 * the server's time: when the condition ended, or when the alarm left the screens with the condition still present.
 * @param clockErrorMs how far the device's clock is behind the server's clock, ms
 */
export function waveAlarmOf(row: ReviewedAlarmRow, clockErrorMs: number): WaveAlarm {
  const { alarmId, priority, text, onsetMs, raisedMs, resolvedMs, clearedMs } = row;
  const fromMs = onsetMs ?? raisedMs - clockErrorMs;
  const endedMs = resolvedMs ?? clearedMs;
  return { alarmId, priority, text, fromMs, toMs: endedMs === null ? null : Math.max(fromMs, endedMs - clockErrorMs) };
}

type AlarmAnswer = Pick<AlarmReview, 'next' | 'isRead' | 'completeFromMs'> & {
  readonly rows: readonly Pick<ReviewedAlarmRow, 'raisedMs'>[];
};

/**
 * Returns a sentence about alarms that the page does not mark, because the answer does not have them; undefined if all
 * alarms are marked.
 * @param fromMs the beginning of the time, by the server's clock
 */
export function unmarkedText({ rows, next, isRead, completeFromMs }: AlarmAnswer, fromMs: number): string | undefined {
  if (!isRead)
    return t('The server still reads older alarms, so some are not marked. Open this page again in a minute.');
  const oldestMs = rows.at(-1)?.raisedMs;
  if (next !== null && oldestMs !== undefined)
    return t('Only the newest {n} alarms are marked: those raised from {time} on.', {
      n: rows.length,
      time: dateTimeText(oldestMs),
    });
  return completeFromMs > fromMs
    ? t('Alarms raised before {time} may be missing here.', { time: dateTimeText(completeFromMs) })
    : undefined;
}
