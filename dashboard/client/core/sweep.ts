/**
 * Geometry of a sweeping trace: the pen runs from left to right and starts over. An erase bar ahead of it separates the
 * present sweep from the last one. A sample's place follows from its event time alone, so all waves of one bed show the
 * beat at one place.
 */

/** Ordinary paper speeds (mm/s): 25 for ECG and pressures, 6.25 for breathing, whose cycles are longer. */
export const paperSpeeds = { fast: 25, slow: 6.25 } as const;
/** CSS pixels in a millimetre (CSS: 96 px are an inch). A screen's real millimetres differ: 25 mm/s-like. */
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

/** How long one pass takes, ms. */
export function periodMs(sweep: Sweep): number {
  return (sweep.widthPx / sweep.pxPerSecond) * 1000;
}

/** Where an instant stands, CSS pixels from the left, 0 ≤ x < width. */
export function sweepX(sweep: Sweep, timeMs: number): number {
  const period = periodMs(sweep);
  const rest = timeMs % period;
  return ((rest < 0 ? rest + period : rest) / period) * sweep.widthPx;
}

/**
 * The oldest instant that still has its place when the pen stands at `penMs`: older samples lie under the erase bar.
 */
export function oldestVisibleMs(sweep: Sweep, penMs: number): number {
  return penMs - periodMs(sweep) + (sweep.eraseBarPx / sweep.pxPerSecond) * 1000;
}

export type Span = { readonly x: number; readonly width: number };

/** What to clear when the pen moves from one instant to a later one: the erase bar's new ground, one or two spans. */
export function eraseSpans(sweep: Sweep, fromMs: number, toMs: number): Span[] {
  const moved = ((toMs - fromMs) / 1000) * sweep.pxPerSecond;
  if (moved <= 0) return [];
  const wide = moved + sweep.eraseBarPx;
  if (wide >= sweep.widthPx) return [{ x: 0, width: sweep.widthPx }];
  const x = sweepX(sweep, fromMs);
  const over = x + wide - sweep.widthPx;
  return over <= 0
    ? [{ x, width: wide }]
    : [
        { x, width: sweep.widthPx - x },
        { x: 0, width: over },
      ];
}
