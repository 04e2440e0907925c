/**
 * Geometry of a sweeping trace. The pen runs from left to right and then starts again at the left. An erase bar ahead
 * of the pen separates the present sweep from the previous sweep. The place of a sample depends only on its event time,
 * so all waves of a bed show a heartbeat at the same place.
 */

/** Usual paper speeds, mm/s: `fast` for ECG and pressures, `slow` for breathing, whose cycles are longer. */
export const paperSpeeds = { fast: 25, slow: 6.25 } as const;
/** CSS pixels in a millimetre (in CSS an inch has 96 px). A real millimetre of a screen may differ. */
const pxPerMm = 96 / 25.4;

export type Sweep = {
  /** Width of the trace, CSS pixels. */
  readonly widthPx: number;
  readonly pxPerSecond: number;
  /** Width of the empty bar ahead of the pen, CSS pixels. */
  readonly eraseBarPx: number;
};

export function sweepOf(widthPx: number, mmPerSecond: number): Sweep {
  return { widthPx: Math.max(1, widthPx), pxPerSecond: mmPerSecond * pxPerMm, eraseBarPx: Math.min(16, widthPx / 4) };
}

/** Returns how long the pen takes from left to right, ms. */
export function periodMs(sweep: Sweep): number {
  return (sweep.widthPx / sweep.pxPerSecond) * 1000;
}

/** Returns the place of an instant, CSS pixels from the left, 0 ≤ x < width. */
export function sweepX(sweep: Sweep, timeMs: number): number {
  const period = periodMs(sweep);
  const remainderMs = timeMs % period;
  return ((remainderMs < 0 ? remainderMs + period : remainderMs) / period) * sweep.widthPx;
}

/** Returns the oldest instant that is visible when the pen is at `penMs`. The erase bar hides older samples. */
export function oldestVisibleMs(sweep: Sweep, penMs: number): number {
  return penMs - periodMs(sweep) + (sweep.eraseBarPx / sweep.pxPerSecond) * 1000;
}

export type Span = { readonly x: number; readonly width: number };

/**
 * Returns the area of pen and erase bar, which must be cleared when the pen moves from `fromMs` to `toMs`. The area is
 * one span, or two spans at the right edge.
 */
export function eraseSpans(sweep: Sweep, fromMs: number, toMs: number): Span[] {
  const movedPx = ((toMs - fromMs) / 1000) * sweep.pxPerSecond;
  if (movedPx <= 0) return [];
  const clearedPx = movedPx + sweep.eraseBarPx;
  if (clearedPx >= sweep.widthPx) return [{ x: 0, width: sweep.widthPx }];
  const x = sweepX(sweep, fromMs);
  const overflowPx = x + clearedPx - sweep.widthPx;
  return overflowPx <= 0
    ? [{ x, width: clearedPx }]
    : [
        { x, width: sweep.widthPx - x },
        { x: 0, width: overflowPx },
      ];
}
