/**
 * The vertical scale of a trace. The scale follows the signal in steps, and never enlarges noise so much that it looks
 * like a heartbeat.
 */

/** The smallest span that fills the full height of a row, by the wave's unit. So a flat line stays flat. */
const leastSpan: Readonly<Record<string, number>> = { mV: 0.5, 'mm[Hg]': 20, '1': 0.1 };
const leastSpanOther = 0.1;
/** Empty room above the signal, and the same below the signal, as a part of the signal's span. */
const headroom = 0.12;
/**
 * The lowest and the highest samples, this part of all samples each, count as outliers. The part is smaller than the
 * part that the peaks of a slow heart have, and larger than a wrong chunk every second.
 */
const outlierPart = 0.01;
/**
 * Outliers may widen the scale by this many spans of the other samples, upward and downward. An outlier that is further
 * away is drawn at the edge of the row.
 */
const outlierReach = 2;
/** At most this many samples, evenly spread, are sorted to find the span. */
const sortedMax = 512;

export type Gain = { readonly low: number; readonly high: number };
export type Span = { readonly min: number; readonly max: number };

/**
 * Returns the span that the scale has to show. A sample outside the plausible range does not count, and outliers count
 * only up to a bound. Otherwise one sample of 1e30 would turn a heartbeat into a flat line.
 * @param samples physical values; NaN for a missing sample
 * @param plausible range of the wave. If most samples are outside of it, all samples count.
 * @returns undefined if no sample is a number
 */
export function spanOf(samples: Float32Array, plausible: Span, unit: string): Span | undefined {
  let finite = 0;
  let possible = 0;
  for (const value of samples) {
    if (Number.isFinite(value)) finite += 1;
    if (value >= plausible.min && value <= plausible.max) possible += 1;
  }
  if (finite === 0) return undefined;
  const all = possible < finite / 2;
  const [least, most] = all ? [-Number.MAX_VALUE, Number.MAX_VALUE] : [plausible.min, plausible.max];
  const step = Math.ceil((all ? finite : possible) / sortedMax);
  const sorted = new Float32Array(sortedMax);
  let [counted, sortedCount, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of samples) {
    if (!(value >= least && value <= most)) continue;
    if (counted % step === 0) sorted[sortedCount++] = value;
    counted += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const { low, high } = spanWithoutOutliers(sorted.subarray(0, sortedCount));
  const reach = outlierReach * Math.max(high - low, leastSpan[unit] ?? leastSpanOther);
  return { min: Math.max(min, low - reach), max: Math.min(max, high + reach) };
}

/** Returns the span of all samples except the outliers. Sorts `samples` in place. */
function spanWithoutOutliers(samples: Float32Array): { low: number; high: number } {
  samples.sort();
  const outliers = Math.floor(samples.length * outlierPart);
  return { low: samples[outliers]!, high: samples[samples.length - 1 - outliers]! };
}

/**
 * Returns the scale for samples between `min` and `max`. Keeps the present scale while no sample is outside of it and
 * the samples use at least half of it.
 */
export function gainFor(present: Gain | undefined, min: number, max: number, unit: string): Gain | undefined {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return present;
  const span = max - min;
  const least = leastSpan[unit] ?? leastSpanOther;
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

/** Returns the distance of a value from the top of a row of `heightPx`, px; at most `heightPx`, at least 0. */
export function gainY(gain: Gain, value: number, heightPx: number): number {
  const part = (gain.high - value) / (gain.high - gain.low);
  return Math.max(0, Math.min(1, part)) * heightPx;
}
