/**
 * The charts of early warning scores. A score stands until the next one is published, so it is a line of steps. It is
 * published again while it lasts: without that it is unknown after a time, and the line ends. A set with a part missing
 * is a line of its own, of the points that are certain.
 */
import { type ScoreTrendCode, scoreTrendCodes } from '../../../contracts/score-trends.ts';
import { scoresRepeatMs } from '../../../contracts/scores-key.ts';
import type { Trends } from '../../protocol/rest.ts';
import type { Chart } from './trend-charts.ts';
import type { TrendColumn, TrendColumns } from './trend-series.ts';

/** The highest NEWS2 and qSOFA; a shock index seldom passes 1.5, and the scale grows if it does. */
export const scoreCharts: readonly Chart[] = [
  {
    title: 'NEWS2',
    unitLabel: 'of 20; dashed: partial, at least',
    codes: ['VIGIL_NEWS2', 'VIGIL_NEWS2_AT_LEAST'],
    scale: () => [-0.5, 20.5],
  },
  {
    title: 'qSOFA',
    unitLabel: 'of 3; dashed: partial, at least',
    codes: ['VIGIL_QSOFA', 'VIGIL_QSOFA_AT_LEAST'],
    scale: () => [-0.1, 3.1],
  },
  {
    title: 'Shock index',
    unitLabel: 'heart rate / systolic pressure',
    codes: ['VIGIL_SHOCK_INDEX'],
    scale: (greatest) => [0, Math.max(1.5, Math.ceil(greatest * 2) / 2)],
  },
];

export const scoreLabels: Readonly<Record<ScoreTrendCode, { readonly label: string; readonly digits: number }>> = {
  VIGIL_NEWS2: { label: 'NEWS2', digits: 0 },
  VIGIL_NEWS2_AT_LEAST: { label: 'NEWS2 at least', digits: 0 },
  VIGIL_QSOFA: { label: 'qSOFA', digits: 0 },
  VIGIL_QSOFA_AT_LEAST: { label: 'qSOFA at least', digits: 0 },
  VIGIL_SHOCK_INDEX: { label: 'Shock index', digits: 2 },
};

/**
 * One publication of the alarm processor may be missed (it was started again). After two in a row the score is unknown.
 */
const silentMsMax = 2 * scoresRepeatMs;

/**
 * Returns columns of steps for the codes of one chart. Of a step of the trend the highest score is drawn, so that none
 * is averaged away.
 * @param toMs end of the chart: the last published score is drawn no further
 */
export function scoreColumns(trends: Trends, codes: readonly string[], toMs: number): TrendColumns {
  const valuesOf = new Map(
    trends.series.map(({ code, points }) => [code, new Map(points.map(([at, , , most]) => [at, most]))]),
  );
  const ends = endsOf(publishedAt(trends), trends.stepMs, toMs);
  const lines = codes.flatMap((code) => {
    const values = valuesOf.get(code);
    return values === undefined || values.size === 0 ? [] : [[code, lineOf(values, ends)] as const];
  });
  const times = [...new Set(lines.flatMap(([, line]) => [...line.keys()]))].sort((a, b) => a - b);
  const series = new Map(lines.map(([code, line]) => [code, columnOf(line, times)]));
  return { x: times.map((at) => at / 1000), series };
}

/**
 * Instants at which any score was published. All scores are published each time: one that is absent is not known any
 * more.
 */
function publishedAt({ series }: Trends): number[] {
  const ofScores = series.filter(({ code }) => (scoreTrendCodes as readonly string[]).includes(code));
  return [...new Set(ofScores.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
}

/** Until when the scores of an instant stand. */
function endsOf(instants: readonly number[], stepMs: number, toMs: number): ReadonlyMap<number, number> {
  return new Map(
    instants.map((at, i) => {
      const next = instants[i + 1];
      const isFollowed = next !== undefined && next - at <= silentMsMax + stepMs;
      return [at, isFollowed ? next : Math.min(at + Math.max(scoresRepeatMs, stepMs), Math.max(at, toMs))];
    }),
  );
}

/** Value by instant; null ends the line. */
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

/** Null in every place without a line: uPlot continues a step through undefined. */
function columnOf(line: ReadonlyMap<number, number | null>, times: readonly number[]): TrendColumn {
  let stands = false;
  const mean = times.map((at) => {
    const value = line.get(at);
    if (value !== undefined) stands = value !== null;
    return value ?? (stands ? undefined : null);
  });
  const none = times.map(() => undefined);
  return { mean, min: none, max: none, lone: [] };
}
