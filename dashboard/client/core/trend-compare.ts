/**
 * Compares a trend with the span some hours before. The earlier values are moved to the times of the present values, so
 * that one time axis fits both. The earlier values always stay separate: they have their own lines, and their own
 * values in the read-out.
 */
import { hourMs } from '../../../contracts/durations.ts';
import type { TrendValues } from '../../protocol/trends.ts';
import { t } from './texts.ts';
import { dayMinuteText } from './times.ts';
import type { TrendColumn, TrendColumns } from './trend-series.ts';

/** The distances in hours that a person can choose. With 24, the page compares with the day before. */
export const compareHours = [1, 3, 6, 12, 24, 48, 72, 168] as const;
export type CompareHours = (typeof compareHours)[number];

/** Returns a distance as text, for example `6 h` or `3 days`. */
export function hoursText(hours: CompareHours): string {
  return hours <= 24 ? t('{hours} h', { hours }) : t('{days} days', { days: hours / 24 });
}

/** Returns the values with their times moved by `byMs`. */
export function movedValues<Values extends TrendValues & { fromMs: number; toMs: number }>(
  trends: Values,
  byMs: number,
): Values {
  return {
    ...trends,
    fromMs: trends.fromMs + byMs,
    toMs: trends.toMs + byMs,
    series: trends.series.map(({ code, points }) => ({
      code,
      points: points.map(([at, ...values]): TrendValues['series'][number]['points'][number] => [at + byMs, ...values]),
    })),
  };
}

/**
 * Returns the columns of present and earlier values on one time axis.
 * @param earlier the earlier values, moved to the times of `present`
 */
export function withEarlier(present: TrendColumns, earlier: TrendColumns): TrendColumns {
  const x = [...new Set([...present.x, ...earlier.x])].sort((a, b) => a - b);
  const indexOfTime = new Map(x.map((seconds, index) => [seconds, index]));
  const onAxis = ({ x: own, series }: TrendColumns) => {
    const indexes = own.map((seconds) => indexOfTime.get(seconds)!);
    return new Map([...series].map(([code, column]) => [code, movedColumn(column, indexes, x.length)] as const));
  };
  return { x, series: onAxis(present), earlier: onAxis(earlier) };
}

/** @param indexes for each value of the column, its index on the new axis */
function movedColumn({ mean, min, max, lone }: TrendColumn, indexes: readonly number[], length: number): TrendColumn {
  const moved = (values: TrendColumn['mean']) => {
    const column = new Array<number | null | undefined>(length).fill(undefined);
    for (const [from, to] of indexes.entries()) column[to] = values[from];
    return column;
  };
  return { mean: moved(mean), min: moved(min), max: moved(max), lone: lone.map((index) => indexes[index]!) };
}

/**
 * Returns the legend of the earlier lines, with the true times of their values.
 * @param toMs the end of the present span
 */
export function compareLegend(hours: CompareHours, { fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const beforeMs = hours * hourMs;
  const [from, to] = [fromMs, toMs].map((ms) => dayMinuteText(ms - beforeMs));
  return t('Thin grey dotted lines: {hours} before, from {from} to {to}. Their alarms and limits are not drawn.', {
    hours: hoursText(hours),
    from,
    to,
  });
}
