import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eraseSpans, oldestVisibleMs, periodMs, sweepOf, sweepX } from './sweep.ts';

const sweep = { widthPx: 400, pxPerSecond: 100, eraseBarPx: 20 };

describe('sweep geometry', () => {
  it('takes the width divided by the speed for one pass', () => {
    expect(periodMs(sweep)).toBe(4000);
  });

  it.each([
    [0, 0],
    [1000, 100],
    [3999, 399.9],
    [4000, 0],
    [5500, 150],
    [-1000, 300],
  ])('puts %d ms at %d px', (time, x) => {
    expect(sweepX(sweep, time)).toBeCloseTo(x, 6);
  });

  it('keeps a sample until the erase bar reaches it', () => {
    expect(oldestVisibleMs(sweep, 10_000)).toBe(10_000 - 4000 + 200);
  });

  it.each([
    ['no move', 1000, 1000, []],
    ['backward', 1000, 900, []],
    ['within', 1000, 1100, [{ x: 100, width: 30 }]],
    ['to the edge', 3700, 3800, [{ x: 370, width: 30 }]],
    [
      'over the edge',
      3900,
      4000,
      [
        { x: 390, width: 10 },
        { x: 0, width: 20 },
      ],
    ],
    ['more than a pass', 0, 9000, [{ x: 0, width: 400 }]],
  ] as const)('erases ahead of the pen: %s', (_name, from, to, spans) => {
    const got = eraseSpans(sweep, from, to);
    expect(got).toHaveLength(spans.length);
    got.forEach((span, i) => {
      expect(span.x).toBeCloseTo(spans[i]!.x, 6);
      expect(span.width).toBeCloseTo(spans[i]!.width, 6);
    });
  });

  it('never leaves the canvas and never erases what was just drawn behind the pen', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 4e12, noNaN: true }),
        fc.double({ min: 0.1, max: 5000, noNaN: true }),
        (width, from, step) => {
          const s = sweepOf(width, 25);
          for (const span of eraseSpans(s, from, from + step)) {
            expect(span.x).toBeGreaterThanOrEqual(0);
            expect(span.x + span.width).toBeLessThanOrEqual(s.widthPx + 1e-6);
          }
          const x = sweepX(s, from);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThan(s.widthPx + 1e-6);
        },
      ),
    );
  });
});
