import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../../../tests/uniform-number.ts';
import { spanOfStrokes, strokesOf, valueAt } from './wave-columns.ts';

const trace = (startMs: number, values: readonly number[], rateHz = 100, joinMs = 25) => {
  return { startMs, rateHz, values: Float32Array.from(values), joinMs };
};
const scale = { startMs: 0, msPerPx: 10, widthPx: 100 };
const xs = (strokes: ReturnType<typeof strokesOf>) => strokes.map((stroke) => stroke.map(({ x }) => x));

describe('the lines of a wave', () => {
  it('two traces without a pause between them are one line; a missing sample or a gap ends the line', () => {
    expect(xs(strokesOf([trace(0, [1, 2]), trace(20, [3])], scale))).toEqual([[0, 1, 2]]);
    expect(xs(strokesOf([trace(0, [1, Number.NaN, 3])], scale))).toEqual([[0], [2]]);
    expect(xs(strokesOf([trace(0, [1, 2]), trace(45, [3])], scale))).toEqual([[0, 1, 4.5]]);
    expect(xs(strokesOf([trace(0, [1, 2]), trace(46, [3])], scale))).toEqual([[0, 1], [4.6]]);
  });

  it('a trace outside of the paper has no line; if a trace is partly on the paper, only this part has a line', () => {
    expect(strokesOf([trace(5_000, [1, 2])], scale)).toEqual([]);
    const [stroke] = strokesOf(
      [
        trace(
          -1_000,
          Array.from({ length: 300 }, (_, i) => i),
        ),
      ],
      scale,
    );
    expect([stroke?.[0]?.x, stroke?.at(-1)?.x]).toEqual([-1, 101]);
  });

  it('every spike is drawn, for any number of samples in a column of pixels', () => {
    const anyWave = fc.record({
      rateHz: fc.constantFrom(62.5, 125, 250, 500, 2_000),
      msPerPx: uniformNumber(1, 100),
      startMs: uniformNumber(-500, 500),
      spikeAt: fc.integer({ min: 0, max: 999 }),
      count: fc.integer({ min: 1_000, max: 4_000 }),
    });
    fc.assert(
      fc.property(anyWave, ({ rateHz, msPerPx, startMs, spikeAt, count }) => {
        const values = Array.from({ length: count }, (_, i) => (i === spikeAt ? 1_000 : Math.sin(i)));
        const spikeMs = startMs + (spikeAt * 1_000) / rateHz;
        const strokes = strokesOf([trace(startMs, values, rateHz)], { startMs: 0, msPerPx, widthPx: 400 });
        const isShown = spikeMs >= 0 && spikeMs < 400 * msPerPx;
        const columns = strokes.flat().filter(({ max }) => max === 1_000);
        if (!isShown) return;
        expect(columns).toHaveLength(1);
        expect(Math.abs(columns[0]!.x - spikeMs / msPerPx)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('spanOfStrokes returns the smallest and the largest value of the lines', () => {
    expect(spanOfStrokes(strokesOf([trace(0, [3, -1, 7])], scale))).toEqual({ min: -1, max: 7 });
    expect(spanOfStrokes([])).toBeUndefined();
  });
});

describe('the value at an instant', () => {
  const traces = [trace(0, [1, 2, Number.NaN]), trace(100, [5, 6])];
  it.each([
    [0, 1],
    [4, 1],
    [6, 2],
    [20, undefined],
    [60, undefined],
    [96, 5],
    [110, 6],
    [130, undefined],
  ])('at %d ms, valueAt returns %s', (ms, value) => {
    expect(valueAt(traces, ms)).toBe(value);
  });
});
