import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import type { TrendValues } from '../../protocol/trends.ts';
import { clockText } from './times.ts';
import { compareLegend, hoursText, movedValues, withEarlier } from './trend-compare.ts';
import { createValueReader, earlierReader } from './trend-cursor.ts';
import { trendColumns } from './trend-series.ts';

const hr = 'MDC_ECG_HEART_RATE';
const t0 = Date.parse('2026-01-02T10:00:00.000Z');
/** Returns one value a minute, with the times of a span. */
function valuesFrom(
  startMs: number,
  values: readonly (number | undefined)[],
): TrendValues & { fromMs: number; toMs: number } {
  return {
    ...{ stepMs: minuteMs, fromMs: startMs, toMs: startMs + values.length * minuteMs },
    series: [
      {
        code: hr,
        points: values.flatMap((value, i): [number, number, number, number, number][] =>
          value === undefined ? [] : [[startMs + i * minuteMs, value, value, value, 5]],
        ),
      },
    ],
  };
}

describe('two times on one axis', () => {
  const present = trendColumns(valuesFrom(t0, [80, 81, 82]), [hr]);

  it('the earlier values stand at the times of the present values, and do not change the present line', () => {
    const moved = movedValues(valuesFrom(t0 - 24 * hourMs, [60, 61, 62]), 24 * hourMs);
    const both = withEarlier(present, trendColumns(moved, [hr]));
    expect(both.x).toEqual(present.x);
    expect(both.series).toEqual(present.series);
    expect(both.earlier?.get(hr)?.mean).toEqual([60, 61, 62]);
  });

  it('if present and earlier steps begin at different times, all steps are kept, and a gap stays a gap', () => {
    const earlier = trendColumns(valuesFrom(t0 + 20_000, [60, undefined, undefined, 61]), [hr]);
    const both = withEarlier(present, earlier);
    expect(both.x).toHaveLength(present.x.length + earlier.x.length);
    const defined = (values: readonly unknown[] | undefined) => values?.filter((value) => value !== undefined);
    expect(defined(both.series.get(hr)?.mean)).toEqual([80, 81, 82]);
    expect(defined(both.earlier?.get(hr)?.mean)).toEqual([60, null, 61]);
    expect(both.earlier?.get(hr)?.lone.map((index) => both.x[index])).toEqual([
      (t0 + 20_000) / 1_000,
      (t0 + 200_000) / 1_000,
    ]);
  });
});

it('the read-out says how many hours earlier a compared value was measured, and shows a gap as a dash', () => {
  const moved = movedValues(valuesFrom(t0 - 24 * hourMs, [60, undefined, undefined, 61]), 24 * hourMs);
  const earlierAt = earlierReader(createValueReader(moved, moved.toMs), hoursText(24), 24 * hourMs);
  expect(earlierAt(hr, t0 + 1)).toBe('24 h before: 60');
  expect(earlierAt(hr, t0 + 2 * minuteMs)).toBe('24 h before: –');
  const cuff = { mean: 120, min: 120, max: 120, atMs: t0, isEarlier: true };
  const ofCuff = earlierReader(() => cuff, hoursText(1), hourMs);
  expect(ofCuff('MDC_PRESS_CUFF_SYS', t0)).toBe(`1 h before: 120 of ${clockText(t0 - hourMs)}`);
});

it('the legend has the times at which the earlier values were measured', () => {
  const from = new Date(t0 - 48 * hourMs);
  const day = `${String(from.getMonth() + 1).padStart(2, '0')}-${String(from.getDate()).padStart(2, '0')}`;
  expect(compareLegend(48, { fromMs: t0, toMs: t0 + hourMs })).toContain(`2 days before, from ${day} `);
});
