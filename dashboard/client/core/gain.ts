/** The vertical scale of a trace: follows the signal in steps, and never blows noise up until it looks like a heartbeat. */

/** The smallest span drawn over the full height, by the wave's unit: a flat line stays flat. */
const leastSpan: Readonly<Record<string, number>> = { mV: 0.5, 'mm[Hg]': 20, '1': 0.1 };
/** Room above and below, as a part of the signal's span. */
const headroom = 0.12;

export type Gain = { readonly low: number; readonly high: number };

/** The scale for the samples seen, keeping the present one while it still fits: not clipped, not under half used. */
export function gainFor(present: Gain | undefined, min: number, max: number, unit: string): Gain | undefined {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return present;
  const span = max - min;
  const least = leastSpan[unit] ?? 0.1;
  if (present) {
    const shown = present.high - present.low;
    const fits = min >= present.low && max <= present.high;
    const used = span >= 0.5 * shown || shown <= least * (1 + 2 * headroom) * 1.001;
    if (fits && used) return present;
  }
  const wanted = Math.max(span, least) * (1 + 2 * headroom);
  const middle = (min + max) / 2;
  return { low: middle - wanted / 2, high: middle + wanted / 2 };
}

/** A value's height in a row of `heightPx`, from its top, kept inside the row. */
export function gainY(gain: Gain, value: number, heightPx: number): number {
  const part = (gain.high - value) / (gain.high - gain.low);
  return Math.max(0, Math.min(1, part)) * heightPx;
}
