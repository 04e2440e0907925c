import { describe, expect, it } from 'vitest';
import type { TrendValues } from '../../protocol/trends.ts';
import { scoreCharts, scoreColumns, scoreReader } from './score-charts.ts';

const minute = 60_000;
const [news2, , index] = scoreCharts.map(({ codes }) => codes);
/**
 * Returns points at the given minutes. Mean and minimum of a point are negative, so that a test fails if a chart does
 * not draw the maximum.
 */
const series = (code: string, points: readonly (readonly [number, number])[]) => ({
  code,
  points: points.map(([m, value]): [number, number, number, number, number] => [m * minute, -1, -2, value, 1]),
});
const trends = (...all: TrendValues['series']): TrendValues => ({ stepMs: 1_000, series: all });

/** Returns the drawn points as `minute:value`, and `/` for each break of the line. */
function drawn(storedScores: TrendValues, codes: readonly string[], code: string, toMinute = 60): string {
  const { x, series: lines } = scoreColumns(storedScores, codes, toMinute * minute);
  const { mean } = lines.get(code) ?? { mean: [] };
  return x
    .flatMap((s, i) => (mean[i] === undefined ? [] : [mean[i] === null ? '/' : `${s / 60}:${mean[i]}`]))
    .join(' ');
}

describe('scoreColumns', () => {
  it('the line of a score lasts until the next publication, and ends five minutes after the last publication', () => {
    const storedScores = trends(
      series('VIGIL_NEWS2', [
        [0, 2],
        [5, 2],
        [7, 5],
      ]),
    );
    expect(drawn(storedScores, news2!, 'VIGIL_NEWS2')).toBe('0:2 5:2 7:5 12:5 /');
  });

  it('the line of a score ends at the end of the chart', () => {
    expect(drawn(trends(series('VIGIL_NEWS2', [[57, 3]])), news2!, 'VIGIL_NEWS2')).toBe('57:3 60:3 /');
  });

  it('the line continues if one publication was missed, and ends after ten minutes without a publication', () => {
    const storedScores = trends(
      series('VIGIL_NEWS2', [
        [0, 2],
        [10, 2],
        [21, 3],
      ]),
    );
    expect(drawn(storedScores, news2!, 'VIGIL_NEWS2')).toBe('0:2 10:2 15:2 / 21:3 26:3 /');
  });

  it('the line ends when a part of the score is missing; the points of the known parts are a separate line', () => {
    const storedScores = trends(
      series('VIGIL_NEWS2', [
        [0, 6],
        [9, 4],
      ]),
      series('VIGIL_NEWS2_AT_LEAST', [[4, 3]]),
    );
    expect(drawn(storedScores, news2!, 'VIGIL_NEWS2')).toBe('0:6 4:6 / 9:4 14:4 /');
    expect(drawn(storedScores, news2!, 'VIGIL_NEWS2_AT_LEAST')).toBe('/ 4:3 9:3 / / /');
  });

  it('the line of a score stays broken while several publications in a row are partial', () => {
    const partial = series('VIGIL_NEWS2_AT_LEAST', [
      [5, 3],
      [10, 3],
    ]);
    const total = series('VIGIL_NEWS2', [
      [0, 6],
      [15, 4],
    ]);
    expect(drawn(trends(total, partial), news2!, 'VIGIL_NEWS2')).toBe('0:6 5:6 / / 15:4 20:4 /');
  });

  it('the line of the shock index ends when other scores were published without a shock index', () => {
    const storedScores = trends(
      series('VIGIL_SHOCK_INDEX', [[0, 0.8]]),
      series('VIGIL_NEWS2_AT_LEAST', [
        [0, 1],
        [3, 1],
        [8, 1],
      ]),
    );
    expect(drawn(storedScores, index!, 'VIGIL_SHOCK_INDEX')).toBe('0:0.8 3:0.8 /');
  });

  it('without a published score there is no line, but a score of 0 has a line', () => {
    const storedScores = trends(series('VIGIL_NEWS2', [[0, 0]]), series('VIGIL_NEWS2_AT_LEAST', []));
    expect([...scoreColumns(storedScores, news2!, 60 * minute).series.keys()]).toEqual(['VIGIL_NEWS2']);
    expect(drawn(storedScores, news2!, 'VIGIL_NEWS2')).toBe('0:0 5:0 /');
  });
});

describe('scale', () => {
  it.each([
    ['NEWS2', 3, [-0.5, 20.5]],
    ['qSOFA', 1, [-0.1, 3.1]],
    ['Shock index', 0.6, [0, 1.5]],
    ['Shock index', 1.6, [0, 2]],
  ] as const)('the scale of %s for values up to %d is %j', (title, greatest, scale) => {
    expect(scoreCharts.find((chart) => chart.title === title)?.scale?.(greatest)).toEqual(scale);
  });
});

describe('scoreReader', () => {
  const stored = trends(
    series('VIGIL_NEWS2', [
      [0, 2],
      [5, 6],
    ]),
    series('VIGIL_NEWS2_AT_LEAST', [[10, 4]]),
  );
  const read = scoreReader(stored, 60 * minute);

  it.each([
    [-1, undefined, undefined],
    [0, 2, undefined],
    [4, 2, undefined],
    [5, 6, undefined],
    [9, 6, undefined],
    [10, undefined, 4],
    [15, undefined, 4],
    [16, undefined, undefined],
  ] as const)('at minute %i the total is %s and the known parts are %s', (atMinute, total, atLeast) => {
    expect(read('VIGIL_NEWS2', atMinute * minute)?.max).toBe(total);
    expect(read('VIGIL_NEWS2_AT_LEAST', atMinute * minute)?.max).toBe(atLeast);
  });
});
