import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../../../tests/uniform-number.ts';
import { eraseSpans, oldestVisibleMs, periodMs, sweepOf, sweepX } from './sweep.ts';

const sweep = { widthPx: 400, pxPerSecond: 100, eraseBarPx: 20 };

describe('sweep', () => {
  it('one pass of the pen takes the width divided by the speed', () => {
    expect(periodMs(sweep)).toBe(4000);
  });

  it.each([
    [0, 0],
    [1000, 100],
    [3999, 399.9],
    [4000, 0],
    [5500, 150],
    [-1000, 300],
  ])('the time %d ms is drawn at %d px', (time, x) => {
    expect(sweepX(sweep, time)).toBeCloseTo(x, 6);
  });

  it('a sample stays visible until the erase bar reaches it', () => {
    expect(oldestVisibleMs(sweep, 10_000)).toBe(10_000 - 4000 + 200);
  });

  it.each([
    ['stands still', 1000, 1000, []],
    ['moves backward', 1000, 900, []],
    ['moves within the row', 1000, 1100, [{ x: 100, width: 30 }]],
    ['moves to the right edge', 3700, 3800, [{ x: 370, width: 30 }]],
    [
      'moves past the right edge',
      3900,
      4000,
      [
        { x: 390, width: 10 },
        { x: 0, width: 20 },
      ],
    ],
    ['moves by more than one pass', 0, 9000, [{ x: 0, width: 400 }]],
  ] as const)('the right spans are erased if the pen %s', (_name, from, to, spans) => {
    const erased = eraseSpans(sweep, from, to);
    expect(erased).toHaveLength(spans.length);
    erased.forEach((span, i) => {
      expect(span.x).toBeCloseTo(spans[i]!.x, 6);
      expect(span.width).toBeCloseTo(spans[i]!.width, 6);
    });
  });

  it('erased spans and the place of the pen are always inside the row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        uniformNumber(0, 4e12),
        uniformNumber(0.1, 5000),
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
