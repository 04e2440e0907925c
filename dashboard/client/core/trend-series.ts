/** Trend points as a chart draws them: columns on one time axis, with a hole in every time without a measurement. */
import { parameters } from '../../../contracts/parameters.ts';
import type { Trends } from '../../protocol/rest.ts';

type Values = (number | null | undefined)[];

export type TrendColumn = {
  /** Mean, least and greatest of each step; null breaks the line, undefined does not. */
  readonly mean: Values;
  readonly min: Values;
  readonly max: Values;
  /** Places in the columns of the points that stand alone. */
  readonly lone: readonly number[];
};

export type TrendColumns = {
  /** Seconds since 1970, rising. */
  readonly x: number[];
  /** By code. */
  readonly series: ReadonlyMap<string, TrendColumn>;
};

/** A pause longer than this many usual intervals is a gap: one reading may be missed, two in a row are a hole. */
const gapIntervals = 2.5;

/**
 * Returns the usual interval of a series, ms: the median distance of its steps, at least one step; undefined for fewer
 * than three points. So readings every 15 s in steps of 7.5 s join, and a real pause among them does not.
 */
function usualIntervalMs(points: Trends['series'][number]['points'], stepMs: number): number | undefined {
  const distances = points.slice(1).map(([at], i) => at - points[i]![0]);
  if (distances.length < 2) return undefined;
  distances.sort((a, b) => a - b);
  return Math.max(stepMs, distances[Math.floor((distances.length - 1) / 2)]!);
}

/**
 * Whether values of this code come singly, on demand (a cuff, a thermometer): each is a dot, and none is joined to
 * another.
 */
function isEpisodic(code: string): boolean {
  return parameters.get(code)?.episodicMs !== undefined;
}

/**
 * Returns columns for the asked codes. `null` breaks the line: in a pause longer than the series' own usual interval
 * allows, and between any two episodic values. `undefined` means that only another series has a value there, and the
 * line goes on.
 */
export function trendColumns(trends: Trends, codes: readonly string[]): TrendColumns {
  // Sorted by code, not by the server's order: how a line is drawn depends on its place.
  const wanted = codes.flatMap((code) => trends.series.find((line) => line.code === code) ?? []);
  const breaksOf = new Map(wanted.map((series) => [series.code, breaksIn(series, trends.stepMs)]));
  const instants = new Set(
    wanted.flatMap((series) => [...series.points.map(([at]) => at), ...breaksOf.get(series.code)!]),
  );
  const times = [...instants].sort((a, b) => a - b);
  const place = new Map(times.map((at, i) => [at, i]));
  const series = new Map(
    wanted.map((line) => {
      const empty = () => new Array<number | null | undefined>(times.length).fill(undefined);
      const columns = {
        mean: empty(),
        min: empty(),
        max: empty(),
        lone: lonePlaces(line, breaksOf.get(line.code)!, place),
      };
      for (const at of breaksOf.get(line.code)!) {
        const i = place.get(at)!;
        columns.mean[i] = columns.min[i] = columns.max[i] = null;
      }
      for (const [at, mean, min, max] of line.points) {
        const i = place.get(at)!;
        columns.mean[i] = mean;
        columns.min[i] = min;
        columns.max[i] = max;
      }
      return [line.code, columns] as const;
    }),
  );
  return { x: times.map((at) => at / 1000), series };
}

/** Instants between two points at which the line breaks. */
function breaksIn({ code, points }: Trends['series'][number], stepMs: number): number[] {
  const usualMs = isEpisodic(code) ? 0 : (usualIntervalMs(points, stepMs) ?? stepMs) * gapIntervals;
  const breaks: number[] = [];
  for (const [i, [at]] of points.entries()) {
    const before = points[i - 1]?.[0];
    if (before !== undefined && at - before > usualMs) breaks.push((before + at) / 2);
  }
  return breaks;
}

/** Places of the points that no line joins to another: they are drawn as dots. */
function lonePlaces(
  { points }: Trends['series'][number],
  breaks: readonly number[],
  place: ReadonlyMap<number, number>,
): number[] {
  const lone: number[] = [];
  let next = 0;
  let joinedBefore = false;
  for (const [i, [at]] of points.entries()) {
    const after = points[i + 1]?.[0];
    while (next < breaks.length && breaks[next]! < at) next += 1;
    const joinsAfter = after !== undefined && !(next < breaks.length && breaks[next]! < after);
    if (!joinedBefore && !joinsAfter) lone.push(place.get(at)!);
    joinedBefore = joinsAfter;
  }
  return lone;
}
