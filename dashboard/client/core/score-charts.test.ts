import { describe, expect, it } from 'vitest';
import type { Trends } from '../../protocol/rest.ts';
import { scoreCharts, scoreColumns } from './score-charts.ts';

const minute = 60_000;
const [news2, , index] = scoreCharts.map(({ codes }) => codes);
/** Points at minutes; the mean is never drawn, so that a score that nobody had is not shown. */
const series = (code: string, points: readonly (readonly [number, number])[]) => ({
  code,
  points: points.map(([m, value]): [number, number, number, number] => [m * minute, -1, -2, value]),
});
const trends = (...all: Trends['series']): Trends => ({ stepMs: 1_000, series: all });

/** The drawn points, as `minute:value`; `/` in a place without a line. */
function drawn(of: Trends, codes: readonly string[], code: string, toMinute = 60): string {
  const { x, series: lines } = scoreColumns(of, codes, toMinute * minute);
  const { mean } = lines.get(code) ?? { mean: [] };
  return x
    .flatMap((s, i) => (mean[i] === undefined ? [] : [mean[i] === null ? '/' : `${s / 60}:${mean[i]}`]))
    .join(' ');
}

describe('the line of a score', () => {
  it('stands until the next publication, and ends five minutes after the last one', () => {
    const of = trends(
      series('VIGIL_NEWS2', [
        [0, 2],
        [5, 2],
        [7, 5],
      ]),
    );
    expect(drawn(of, news2!, 'VIGIL_NEWS2')).toBe('0:2 5:2 7:5 12:5 /');
  });

  it('is drawn no further than the chart', () => {
    expect(drawn(trends(series('VIGIL_NEWS2', [[57, 3]])), news2!, 'VIGIL_NEWS2')).toBe('57:3 60:3 /');
  });

  it('ends after ten minutes without a publication, and goes on if one publication was missed', () => {
    const of = trends(
      series('VIGIL_NEWS2', [
        [0, 2],
        [10, 2],
        [21, 3],
      ]),
    );
    expect(drawn(of, news2!, 'VIGIL_NEWS2')).toBe('0:2 10:2 15:2 / 21:3 26:3 /');
  });

  it('ends when the set becomes partial; the certain points go on as a line of their own', () => {
    const of = trends(
      series('VIGIL_NEWS2', [
        [0, 6],
        [9, 4],
      ]),
      series('VIGIL_NEWS2_AT_LEAST', [[4, 3]]),
    );
    expect(drawn(of, news2!, 'VIGIL_NEWS2')).toBe('0:6 4:6 / 9:4 14:4 /');
    expect(drawn(of, news2!, 'VIGIL_NEWS2_AT_LEAST')).toBe('/ 4:3 9:3 / / /');
  });

  it('is absent while several publications in a row are partial: undefined would be drawn as a step', () => {
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

  it('of an index ends when the other scores were published without it', () => {
    const of = trends(
      series('VIGIL_SHOCK_INDEX', [[0, 0.8]]),
      series('VIGIL_NEWS2_AT_LEAST', [
        [0, 1],
        [3, 1],
        [8, 1],
      ]),
    );
    expect(drawn(of, index!, 'VIGIL_SHOCK_INDEX')).toBe('0:0.8 3:0.8 /');
  });

  it('is absent if no score was published; a real 0 is a score', () => {
    const of = trends(series('VIGIL_NEWS2', [[0, 0]]), series('VIGIL_NEWS2_AT_LEAST', []));
    expect([...scoreColumns(of, news2!, 60 * minute).series.keys()]).toEqual(['VIGIL_NEWS2']);
    expect(drawn(of, news2!, 'VIGIL_NEWS2')).toBe('0:0 5:0 /');
  });
});

describe('the scale', () => {
  it.each([
    ['NEWS2', 3, [-0.5, 20.5]],
    ['qSOFA', 1, [-0.1, 3.1]],
    ['Shock index', 0.6, [0, 1.5]],
    ['Shock index', 1.6, [0, 2]],
  ] as const)('of %s up to %d is %j', (title, greatest, scale) => {
    expect(scoreCharts.find((chart) => chart.title === title)?.scale?.(greatest)).toEqual(scale);
  });
});
