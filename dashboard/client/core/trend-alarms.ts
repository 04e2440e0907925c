/**
 * The alarms on the trends. Computes the places of their marks, finds the alarms that were present at a time, and makes
 * texts about alarms.
 */

import { minuteMs } from '../../../contracts/durations.ts';
import { priorities } from '../../../contracts/priorities.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import type { MarkedAlarm, TrendMarks, Trends } from '../../protocol/trends.ts';
import { priorityNames } from './name-words.ts';
import { t } from './texts.ts';
import { dateMinuteText } from './times.ts';

type Span = { readonly fromMs: number; readonly toMs: number };

/** A mark: the beginning and the length of the alarm, as parts of the width of the chart. */
export type AlarmMark = Pick<MarkedAlarm, 'alarmId' | 'priority'> & {
  readonly left: number;
  readonly width: number;
  /** Whether the alarm began before the chart. If true, the mark is only a bar. */
  readonly isBegunBefore: boolean;
};

export function alarmMarks(alarms: readonly MarkedAlarm[], { fromMs, toMs }: Span): AlarmMark[] {
  return alarms.flatMap(({ alarmId, priority, onsetMs, endMs }) => {
    const start = Math.max(onsetMs, fromMs);
    const end = Math.min(endMs ?? toMs, toMs);
    if (onsetMs >= toMs || end < fromMs) return [];
    const part = (ms: number) => ms / (toMs - fromMs);
    return [
      { alarmId, priority, left: part(start - fromMs), width: part(end - start), isBegunBefore: onsetMs < fromMs },
    ];
  });
}

/** Returns the alarms that were present in a step of the chart, the highest priority first. */
export function alarmsAt(alarms: readonly MarkedAlarm[], atMs: number, stepMs: number): MarkedAlarm[] {
  return alarms
    .filter(({ onsetMs, endMs }) => onsetMs < atMs + stepMs && (endMs ?? Number.POSITIVE_INFINITY) >= atMs)
    .sort((a, b) => priorities.indexOf(a.priority) - priorities.indexOf(b.priority) || a.onsetMs - b.onsetMs);
}

/** Returns `12 alarms: 3 high, 9 low`; `no alarms` without alarms. */
export function alarmCountText(alarms: readonly MarkedAlarm[]): string {
  if (alarms.length === 0) return t('no alarms');
  const counts = priorities.flatMap((priority) => {
    const count = alarms.filter((alarm) => alarm.priority === priority).length;
    return count === 0 ? [] : [`${count} ${priorityNames[priority]}`];
  });
  return t('{n} alarm: {counts}|{n} alarms: {counts}', { n: alarms.length, counts: counts.join(', ') });
}

/** Returns sentences about alarms and limits that are not drawn. */
export function unknownMarksTexts({ marks, series, fromMs }: Pick<Trends, 'marks' | 'series' | 'fromMs'>): string[] {
  const { knownFromMs, leftOut, limits } = marks;
  if (knownFromMs === null) return [t('The server is still reading earlier alarms and limits.')];
  return [
    ...(knownFromMs > fromMs ? [t('Alarms before {time} are not drawn.', { time: dateMinuteText(knownFromMs) })] : []),
    ...(leftOut === null ? [] : [leftOutText(leftOut)]),
    ...unknownLimitsTexts(limits, firstValueMs(series)),
  ];
}

/** The longest time from the first value of a stay until its limits are published (ours). */
const beforeLimitsMsMax = minuteMs;

function unknownLimitsTexts([first]: TrendMarks['limits'], valuesFromMs: number | undefined): string[] {
  if (valuesFromMs === undefined) return [];
  if (first === undefined) return [t('The alarm limits of this time are not known, so they are not drawn.')];
  if (first.atMs <= valuesFromMs + beforeLimitsMsMax) return [];
  return [
    t('The alarm limits before {time} are not known, so they are not drawn.', { time: dateMinuteText(first.atMs) }),
  ];
}

/** Returns the time of the first value of a parameter. */
function firstValueMs(series: Trends['series']): number | undefined {
  const times = series.flatMap(({ code, points: [first] }) =>
    first === undefined || isScoreTrendCode(code) ? [] : [first[0]],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function leftOutText({ count, untilMs }: NonNullable<TrendMarks['leftOut']>): string {
  return count === 1
    ? t('There are too many alarms: one that ended at {time} is not drawn.', { time: dateMinuteText(untilMs) })
    : t('There are too many alarms: {count} that ended until {time} are not drawn.', {
        count,
        time: dateMinuteText(untilMs),
      });
}
