import { describe, expect, it } from 'vitest';
import { trendColumns } from './trend-series.ts';

type Point = [number, number, number, number, number];
/** A step with few readings. */
const point = (at: number, value: number, count = 1): Point => [at, value, value - 1, value + 1, count];

describe('trendColumns', () => {
  const hr = 'MDC_ECG_HEART_RATE';
  const cuff = 'MDC_PRESS_CUFF_SYS';
  const pointsEvery = (ms: number, count: number) => Array.from({ length: count }, (_, i) => point(i * ms, i));

  it('the line breaks if a pause is much longer than the usual interval', () => {
    const points = [...pointsEvery(1000, 3), point(8000, 0)];
    const columns = trendColumns({ stepMs: 1000, series: [{ code: hr, points }] }, [hr]);
    expect(columns.x).toEqual([0, 1, 2, 5, 8]);
    expect(columns.series.get(hr)!.mean).toEqual([0, 1, 2, null, 0]);
    expect(columns.series.get(hr)!.min).toEqual([-1, 0, 1, null, -1]);
    expect(columns.series.get(hr)!.lone).toEqual([4]);
  });

  it.each([
    ['every 15 s in steps of 7.5 s', 15_000, 7_500],
    ['every 60 s in steps of 7.5 s', 60_000, 7_500],
    ['every second', 1_000, 1_000],
  ])('the line joins readings %s', (_name, intervalMs, stepMs) => {
    const columns = trendColumns({ stepMs, series: [{ code: hr, points: pointsEvery(intervalMs, 5) }] }, [hr]);
    expect(columns.series.get(hr)!.mean).toEqual([0, 1, 2, 3, 4]);
    expect(columns.series.get(hr)!.lone).toEqual([]);
  });

  it('the series have the order of the codes, for any order in the server’s answer', () => {
    const series = ['B', 'C', 'A'].map((code) => ({ code, points: pointsEvery(1000, 3) }));
    expect([...trendColumns({ stepMs: 1000, series }, ['A', 'B', 'C']).series.keys()]).toEqual(['A', 'B', 'C']);
  });

  it('the line continues over one missing reading, but not over two', () => {
    const points = [
      point(0, 1),
      point(15_000, 2),
      point(45_000, 3),
      point(60_000, 4),
      point(105_000, 5),
      point(120_000, 6),
    ];
    const { mean } = trendColumns({ stepMs: 7_500, series: [{ code: hr, points }] }, [hr]).series.get(hr)!;
    expect(mean).toEqual([1, 2, 3, 4, null, 5, 6]);
  });

  it.each([
    ['breaks', 'many readings', 60, [0, 1, null, 3]],
    ['breaks', 'three readings', 3, [0, 1, null, 3]],
    ['continues', 'two readings', 2, [0, 1, 3]],
  ])('the line %s over one missing step if a step usually has %s', (_verb, _name, count, mean) => {
    const points = [0, 1, 3].map((step) => point(step * 60_000, step, count));
    const columns = trendColumns(
      { stepMs: 60_000, series: [{ code: hr, points: [...points, point(240_000, 4, 3)] }] },
      [hr],
    );
    expect(columns.series.get(hr)!.mean.slice(0, mean.length)).toEqual(mean);
  });

  it('each cuff pressure is a dot, and no line joins two cuff pressures', () => {
    const columns = trendColumns({ stepMs: 7_500, series: [{ code: cuff, points: pointsEvery(300_000, 3) }] }, [cuff]);
    expect(columns.series.get(cuff)!.mean).toEqual([0, null, 1, null, 2]);
    expect(columns.series.get(cuff)!.lone).toEqual([0, 2, 4]);
  });

  it('a single reading is a dot', () => {
    const columns = trendColumns({ stepMs: 7_500, series: [{ code: hr, points: [point(0, 1)] }] }, [hr]);
    expect(columns.series.get(hr)!).toMatchObject({ mean: [1], lone: [0] });
  });

  it('two readings are not joined if the usual interval is unknown', () => {
    const columns = trendColumns({ stepMs: 7_500, series: [{ code: hr, points: pointsEvery(2_400_000, 2) }] }, [hr]);
    expect(columns.series.get(hr)!).toMatchObject({ mean: [0, null, 1], lone: [0, 2] });
  });

  it('two parameters share one time axis, and neither breaks the line of the other parameter', () => {
    const pr = 'MDC_PULS_OXIM_PULS_RATE';
    const series = [
      { code: hr, points: [point(0, 1), point(2000, 2)] },
      { code: pr, points: [point(1000, 7)] },
      { code: 'MDC_RESP_RATE', points: [point(9000, 7)] },
    ];
    const columns = trendColumns({ stepMs: 1000, series }, [hr, pr]);
    expect(columns.x).toEqual([0, 1, 2]);
    expect(columns.series.get(hr)!.mean).toEqual([1, undefined, 2]);
    expect(columns.series.get(pr)!.mean).toEqual([undefined, 7, undefined]);
    expect(columns.series.has('MDC_RESP_RATE')).toBe(false);
  });

  it('the columns are empty without points', () => {
    expect(trendColumns({ stepMs: 1000, series: [] }, [hr]).x).toEqual([]);
    expect(trendColumns({ stepMs: 1000, series: [{ code: hr, points: [] }] }, [hr]).x).toEqual([]);
  });
});
