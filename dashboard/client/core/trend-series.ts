/**
 * Converts trend points to the columns of a chart on one time axis. The line of a parameter has a gap at times without
 * a measurement of the parameter.
 */
import { parameters } from '../../../contracts/parameters.ts';
import type { TrendValues } from '../../protocol/trends.ts';

type Values = (number | null | undefined)[];

export type TrendColumn = {
  /** Mean, minimum and maximum of each step. Null breaks the line; undefined does not break it. */
  readonly mean: Values;
  readonly min: Values;
  readonly max: Values;
  /** Indexes of the points that no line joins to another point. */
  readonly lone: readonly number[];
};

export type TrendColumns = {
  /** Seconds since 1970, rising. */
  readonly x: number[];
  /** By code. */
  readonly series: ReadonlyMap<string, TrendColumn>;
  /** The values of an earlier time by code, moved to the times of `x`; absent if nothing is compared. */
  readonly earlier?: ReadonlyMap<string, TrendColumn>;
};

/**
 * A pause longer than this many usual intervals breaks the line. So one missing reading does not break the line, but
 * two missing readings do.
 */
const gapIntervals = 2.5;
/**
 * If a step usually has this many readings or more, one step without a reading breaks the line, because several
 * readings are missing.
 */
const manyReadings = 3;
/**
 * The longest distance of two points that is not a pause, in steps. Neighbouring points have the distance 1. If one
 * step between them is missing, the distance is 2.
 */
const gapSteps = 1.5;

type Series = TrendValues['series'][number];

/**
 * Returns the usual interval between the points of a series, ms: the median, but at least one step; undefined for fewer
 * than three points. So a line joins readings that come every 15 s, even if a step of the trend is only 7.5 s.
 */
function usualIntervalMs(points: Series['points'], stepMs: number): number | undefined {
  const distances = points.slice(1).map(([at], i) => at - points[i]![0]);
  if (distances.length < 2) return undefined;
  return Math.max(stepMs, medianOf(distances));
}

function medianOf(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]!;
}

/** Returns the longest pause between two points that a line joins, ms; 0 if no line joins the points of this series. */
export function longestPauseMs({ code, points }: Series, stepMs: number): number {
  if (isEpisodic(code)) return 0;
  const intervalMs = usualIntervalMs(points, stepMs) ?? stepMs;
  const hasManyReadings =
    intervalMs === stepMs && points.length > 0 && medianOf(points.map(([, , , , count]) => count)) >= manyReadings;
  return hasManyReadings ? stepMs * gapSteps : intervalMs * gapIntervals;
}

/**
 * Returns whether values of this code are single measurements on demand (a cuff, a thermometer). The chart draws each
 * such value as a dot, and no line joins the dots.
 */
function isEpisodic(code: string): boolean {
  return parameters.get(code)?.episodicMs !== undefined;
}

/**
 * Returns the columns of these codes. `null` breaks the line of a series. It stands in a pause that is too long for the
 * series, and between two single measurements. `undefined` means that the series has no value at this time, but its
 * line continues.
 */
export function trendColumns(trends: TrendValues, codes: readonly string[]): TrendColumns {
  // The series have the order of `codes` and not the order of the server, because the style of a line depends on its
  // index.
  const shownSeries = codes.flatMap((code) => trends.series.find((series) => series.code === code) ?? []);
  const breaksOf = new Map(shownSeries.map((series) => [series.code, breaksIn(series, trends.stepMs)]));
  const instants = new Set(
    shownSeries.flatMap((series) => [...series.points.map(([at]) => at), ...breaksOf.get(series.code)!]),
  );
  const times = [...instants].sort((a, b) => a - b);
  const indexOfTime = new Map(times.map((at, i) => [at, i]));
  const columnsByCode = new Map(
    shownSeries.map((series) => {
      const empty = () => new Array<number | null | undefined>(times.length).fill(undefined);
      const columns = {
        mean: empty(),
        min: empty(),
        max: empty(),
        lone: loneIndexes(series, breaksOf.get(series.code)!, indexOfTime),
      };
      for (const at of breaksOf.get(series.code)!) {
        const i = indexOfTime.get(at)!;
        columns.mean[i] = columns.min[i] = columns.max[i] = null;
      }
      for (const [at, mean, min, max] of series.points) {
        const i = indexOfTime.get(at)!;
        columns.mean[i] = mean;
        columns.min[i] = min;
        columns.max[i] = max;
      }
      return [series.code, columns] as const;
    }),
  );
  return { x: times.map((at) => at / 1000), series: columnsByCode };
}

/** Returns the times at which the line breaks. Each time is in the middle between two points. */
function breaksIn(series: Series, stepMs: number): number[] {
  const { points } = series;
  const pauseMs = longestPauseMs(series, stepMs);
  const breaks: number[] = [];
  for (const [i, [at]] of points.entries()) {
    const previousAt = points[i - 1]?.[0];
    if (previousAt !== undefined && at - previousAt > pauseMs) breaks.push((previousAt + at) / 2);
  }
  return breaks;
}

/** Returns the indexes of the points that no line joins to another point. Such points are drawn as dots. */
function loneIndexes(
  { points }: Series,
  breaks: readonly number[],
  indexOfTime: ReadonlyMap<number, number>,
): number[] {
  const lone: number[] = [];
  let nextBreak = 0;
  let joinedBefore = false;
  for (const [i, [at]] of points.entries()) {
    const nextAt = points[i + 1]?.[0];
    while (nextBreak < breaks.length && breaks[nextBreak]! < at) nextBreak += 1;
    const joinsAfter = nextAt !== undefined && !(nextBreak < breaks.length && breaks[nextBreak]! < nextAt);
    if (!joinedBefore && !joinsAfter) lone.push(indexOfTime.get(at)!);
    joinedBefore = joinsAfter;
  }
  return lone;
}
