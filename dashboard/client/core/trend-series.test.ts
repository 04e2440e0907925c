import { describe, expect, it } from 'vitest';
import { trendColumns } from './trend-series.ts';

const point = (at: number, value: number): [number, number, number, number] => [at, value, value - 1, value + 1];

describe('trend columns', () => {
  it('break the line where a step is missing', () => {
    const columns = trendColumns(
      { stepMs: 1000, series: [{ code: 'A', points: [point(0, 1), point(1000, 2), point(5000, 0)] }] },
      ['A'],
    );
    expect(columns.x).toEqual([0, 1, 2, 5]);
    expect(columns.series.get('A')!.mean).toEqual([1, 2, null, 0]);
    expect(columns.series.get('A')!.min).toEqual([0, 1, null, -1]);
  });

  it('put two parameters on one axis', () => {
    const columns = trendColumns(
      {
        stepMs: 1000,
        series: [
          { code: 'A', points: [point(0, 1), point(2000, 2)] },
          { code: 'B', points: [point(1000, 7)] },
          { code: 'C', points: [point(9000, 7)] },
        ],
      },
      ['A', 'B'],
    );
    expect(columns.x).toEqual([0, 1, 2]);
    expect(columns.series.get('A')!.mean).toEqual([1, null, 2]);
    expect(columns.series.get('B')!.mean).toEqual([null, 7, null]);
    expect(columns.series.has('C')).toBe(false);
  });

  it('are empty for nothing', () => {
    expect(trendColumns({ stepMs: 1000, series: [] }, ['A']).x).toEqual([]);
    expect(trendColumns({ stepMs: 1000, series: [{ code: 'A', points: [] }] }, ['A']).x).toEqual([]);
  });
});
