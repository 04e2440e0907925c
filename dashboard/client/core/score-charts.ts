/**
 * The charts of early warning scores. A score is valid until the next score is published, so its line has steps. The
 * alarm processor publishes an unchanged score again and again. If the publications stop, the score is unknown and the
 * line ends. If a part of a score is missing, the points of the known parts are a separate line.
 */
import { type ScoreTrendCode, scoreTrendCodes } from '../../../contracts/score-trends.ts';
import { scoresRepeatMs } from '../../../contracts/scores-key.ts';
import type { TrendValues } from '../../protocol/trends.ts';
import { t } from './texts.ts';
import type { Chart } from './trend-charts.ts';
import type { TrendColumn, TrendColumns } from './trend-series.ts';

/**
 * The scales reach the highest possible NEWS2 and qSOFA. A shock index is rarely above 1.5. For a higher index the
 * scale grows.
 */
export const scoreCharts: readonly Chart[] = [
  {
    title: 'NEWS2',
    get unitLabel() {
      return t('of 20; dashed: parts are missing');
    },
    codes: ['VIGIL_NEWS2', 'VIGIL_NEWS2_AT_LEAST'],
    scale: () => [-0.5, 20.5],
  },
  {
    title: 'qSOFA',
    get unitLabel() {
      return t('of 3; dashed: parts are missing');
    },
    codes: ['VIGIL_QSOFA', 'VIGIL_QSOFA_AT_LEAST'],
    scale: () => [-0.1, 3.1],
  },
  {
    get title() {
      return t('Shock index');
    },
    get unitLabel() {
      return t('heart rate / systolic pressure');
    },
    codes: ['VIGIL_SHOCK_INDEX'],
    scale: (greatest) => [0, Math.max(1.5, Math.ceil(greatest * 2) / 2)],
  },
];

export const scoreLabels: Readonly<Record<ScoreTrendCode, { readonly label: string; readonly digits: number }>> = {
  VIGIL_NEWS2: { label: 'NEWS2', digits: 0 },
  VIGIL_NEWS2_AT_LEAST: {
    get label() {
      return t('NEWS2 at least');
    },
    digits: 0,
  },
  VIGIL_QSOFA: { label: 'qSOFA', digits: 0 },
  VIGIL_QSOFA_AT_LEAST: {
    get label() {
      return t('qSOFA at least');
    },
    digits: 0,
  },
  VIGIL_SHOCK_INDEX: {
    get label() {
      return t('Shock index');
    },
    digits: 2,
  },
};

/**
 * Maximum time between two publications of a score. One publication may be missing after a restart of the alarm
 * processor. If two publications in a row are missing, the score is unknown.
 */
const silentMsMax = 2 * scoresRepeatMs;

/**
 * Returns the lines of one chart as columns. Uses the highest score of each step of the trend, not the mean, so that a
 * high score stays visible.
 * @param toMs end of the chart and of the line of the last score
 */
export function scoreColumns(trends: TrendValues, codes: readonly string[], toMs: number): TrendColumns {
  const valuesByCode = new Map(
    trends.series.map(({ code, points }) => [code, new Map(points.map(([at, , , max]) => [at, max]))]),
  );
  const endByTime = endsByTime(publishedAt(trends), trends.stepMs, toMs);
  const lines = codes.flatMap((code) => {
    const values = valuesByCode.get(code);
    return values === undefined || values.size === 0 ? [] : [[code, lineOf(values, endByTime)] as const];
  });
  const times = [...new Set(lines.flatMap(([, line]) => [...line.keys()]))].sort((a, b) => a - b);
  const series = new Map(lines.map(([code, line]) => [code, columnOf(line, times)]));
  return { x: times.map((at) => at / 1000), series };
}

/**
 * Returns the function that reads the value of a score at a time. A score is valid until the next publication. The
 * value is undefined at times at which the score is unknown.
 */
export function scoreReader(trends: TrendValues, toMs: number) {
  const times = publishedAt(trends);
  const endByTime = endsByTime(times, trends.stepMs, toMs);
  const valuesByCode = new Map(
    trends.series.map(({ code, points }) => [code, new Map(points.map(([at, , , max]) => [at, max]))]),
  );
  return (code: ScoreTrendCode, atMs: number) => {
    const publishedMs = times.findLast((at) => at <= atMs);
    const value = publishedMs === undefined ? undefined : valuesByCode.get(code)?.get(publishedMs);
    if (publishedMs === undefined || value === undefined || atMs > endByTime.get(publishedMs)!) return undefined;
    return { mean: value, min: value, max: value, atMs: publishedMs, isEarlier: false };
  };
}

/**
 * Returns the times at which any score was published. Each publication contains all scores. So if a score is absent in
 * a publication, the score is unknown from this time on.
 */
function publishedAt({ series }: TrendValues): number[] {
  const ofScores = series.filter(({ code }) => (scoreTrendCodes as readonly string[]).includes(code));
  return [...new Set(ofScores.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
}

/** Returns a map from the time of each publication to the time until which its scores are valid. */
function endsByTime(instants: readonly number[], stepMs: number, toMs: number): ReadonlyMap<number, number> {
  return new Map(
    instants.map((at, i) => {
      const nextInstant = instants[i + 1];
      const isFollowed = nextInstant !== undefined && nextInstant - at <= silentMsMax + stepMs;
      return [at, isFollowed ? nextInstant : Math.min(at + Math.max(scoresRepeatMs, stepMs), Math.max(at, toMs))];
    }),
  );
}

/** Returns the points of a line: a value for each time. A null ends the line. */
function lineOf(values: ReadonlyMap<number, number>, ends: ReadonlyMap<number, number>): Map<number, number | null> {
  const line = new Map<number, number | null>();
  for (const [at, value] of [...values].sort(([a], [b]) => a - b)) {
    line.set(at, value);
    const end = ends.get(at)!;
    if (values.has(end)) continue;
    line.set(end, value);
    line.set(end + 1, null);
  }
  return line;
}

/** Returns a line as a column for uPlot: null breaks the line, and undefined continues a step. */
function columnOf(line: ReadonlyMap<number, number | null>, times: readonly number[]): TrendColumn {
  let isValid = false;
  const mean = times.map((at) => {
    const value = line.get(at);
    if (value !== undefined) isValid = value !== null;
    return value ?? (isValid ? undefined : null);
  });
  const noValues = times.map(() => undefined);
  return { mean, min: noValues, max: noValues, lone: [] };
}
