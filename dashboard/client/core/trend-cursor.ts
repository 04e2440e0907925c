/**
 * The values of a trend at one time, which a person chooses with the cursor. A parameter has a value only at times at
 * which the chart has a line or a dot of the parameter. So a gap has no value.
 */

import { numberText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import type { TrendValues } from '../../protocol/trends.ts';
import { scoreLabels, scoreReader } from './score-charts.ts';
import { labelText } from './server-texts.ts';
import { t } from './texts.ts';
import { clockText } from './times.ts';
import { longestPauseMs } from './trend-series.ts';

export type ValueAtCursor = {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** The start of the step that has the value, ms since 1970. */
  readonly atMs: number;
  /** Whether the value is from an earlier step than the step of the cursor. */
  readonly isEarlier: boolean;
};

/** Returns the value of a code at a time; undefined in a gap. */
export type ValueReader = (code: string, atMs: number) => ValueAtCursor | undefined;

/**
 * Returns the text with the value of a code some hours before a time, for example `24 h before: 88`, with `–` in a gap.
 */
export type EarlierReader = (code: string, atMs: number) => string;

/**
 * Returns the function that reads earlier values as texts.
 * @param valueAt reads the earlier values, which are moved to the present times
 * @param before the distance of the earlier values, as text such as `24 h`, and in ms
 */
export function earlierReader(valueAt: ValueReader, before: string, beforeMs: number): EarlierReader {
  return (code, atMs) => {
    const value = valueAt(code, atMs);
    return t('{before} before: {value}', {
      before,
      value:
        value === undefined
          ? '–'
          : `${cursorValueText(code, value)}${earlierText({ ...value, atMs: value.atMs - beforeMs })}`,
    });
  };
}

type Series = TrendValues['series'][number];

/** Returns the function that reads values. Prepares each series only once, because the cursor moves often. */
export function createValueReader(trends: TrendValues, toMs: number): ValueReader {
  const { stepMs } = trends;
  const scoreAt = scoreReader(trends, toMs);
  const prepared = new Map(
    trends.series.map((series) => [series.code, { series, heldMs: heldMs(series, stepMs) }] as const),
  );
  return (code, atMs) => {
    if (isScoreTrendCode(code)) return scoreAt(code, atMs);
    const found = prepared.get(code);
    const index = found === undefined ? -1 : lastIndexBefore(found.series.points, atMs);
    if (found === undefined || index < 0) return undefined;
    const [startMs, mean, min, max] = found.series.points[index]!;
    const nextMs = found.series.points[index + 1]?.[0];
    const pauseMs = longestPauseMs(found.series, stepMs);
    const isJoined = nextMs !== undefined && nextMs - startMs <= pauseMs;
    if (!isJoined && atMs - startMs >= found.heldMs) return undefined;
    return { mean, min, max, atMs: startMs, isEarlier: atMs - startMs >= stepMs };
  };
}

/**
 * Returns how long the read-out shows a value that no line joins to a later value. A single measurement, such as a cuff
 * pressure, stays until the next measurement is expected. The time of the measurement stands beside the value.
 */
function heldMs({ code }: Series, stepMs: number): number {
  return Math.max(stepMs, parameters.get(code)?.episodicMs ?? 0);
}

/** Returns the index of the last point that begins at this time or before; -1 if all points begin later. */
function lastIndexBefore(points: Series['points'], atMs: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]![0] <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Returns the label of a parameter or score, and the number of digits after the point in its values. */
export function labelAndDigits(code: string): { readonly label: string; readonly digits: number } {
  if (isScoreTrendCode(code)) return scoreLabels[code];
  const parameter = parameters.get(code);
  return parameter === undefined
    ? { label: code, digits: 0 }
    : { label: labelText(parameter.label), digits: parameter.digits };
}

/**
 * Returns for example ` of 10:00:00` for a value from an earlier step, which must not look like a value at the cursor's
 * time. Returns an empty text for a value from the cursor's step.
 */
export function earlierText({ atMs, isEarlier }: Pick<ValueAtCursor, 'atMs' | 'isEarlier'>): string {
  return isEarlier ? t(' of {time}', { time: clockText(atMs) }) : '';
}

/**
 * Returns a value as text, for example `88`. If the step has different values, the text has their range, for example
 * `88 (81 to 97)`, but not for a score.
 */
export function cursorValueText(code: string, { mean, min, max }: Omit<ValueAtCursor, 'atMs' | 'isEarlier'>): string {
  const { digits } = labelAndDigits(code);
  const [least, greatest] = [numberText(min, digits), numberText(max, digits)];
  return least === greatest
    ? least
    : t('{number} ({least} to {greatest})', { number: numberText(mean, digits), least, greatest });
}
