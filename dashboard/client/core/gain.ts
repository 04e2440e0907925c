/**
 * The vertical scale of a trace. The scale follows the signal in steps, and never enlarges noise so much that it looks
 * like a heartbeat.
 */

/** The smallest span of a scale, by the wave's unit. So a flat line stays flat. */
const spanMin: Readonly<Record<string, number>> = { mV: 0.5, 'mm[Hg]': 20, '1': 0.1 };
const otherSpanMin = 0.1;
/** Empty room above the signal, as a fraction of the signal's span. The room below the signal is equal. */
const headroomFraction = 0.12;
/**
 * This fraction of all samples counts as outliers at the top, and an equal fraction at the bottom. One wrong sample a
 * second is a smaller fraction, so it counts as an outlier. The peaks of a slow heart are a larger fraction, so the
 * scale still contains them.
 */
const outlierFraction = 0.01;
/**
 * How far outliers may extend the scale in each direction, as a multiple of the span without outliers. An outlier that
 * is further away is drawn at the edge of the row.
 */
const outlierSpansMax = 2;
/** Maximum number of samples that are sorted to find the span. The samples are evenly spread over the time. */
const sortedMax = 512;

export type Gain = { readonly low: number; readonly high: number };
export type Span = { readonly min: number; readonly max: number };

/**
 * Returns the span that the scale has to show. Ignores samples outside the plausible range, and limits how far outliers
 * extend the span. Without these rules, one sample of 1e30 would turn a heartbeat into a flat line.
 * @param samples physical values; NaN for a missing sample
 * @param plausible range of the wave. If most samples are outside this range, all samples count.
 * @returns undefined if no sample is a number
 */
export function spanOf(samples: Float32Array, plausible: Span, unit: string): Span | undefined {
  let finiteCount = 0;
  let plausibleCount = 0;
  for (const value of samples) {
    if (Number.isFinite(value)) finiteCount += 1;
    if (value >= plausible.min && value <= plausible.max) plausibleCount += 1;
  }
  if (finiteCount === 0) return undefined;
  const usesAllSamples = plausibleCount < finiteCount / 2;
  const [lowestUsed, highestUsed] = usesAllSamples
    ? [-Number.MAX_VALUE, Number.MAX_VALUE]
    : [plausible.min, plausible.max];
  const step = Math.ceil((usesAllSamples ? finiteCount : plausibleCount) / sortedMax);
  const sorted = new Float32Array(sortedMax);
  let [counted, sortedCount, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of samples) {
    if (!(value >= lowestUsed && value <= highestUsed)) continue;
    if (counted % step === 0) sorted[sortedCount++] = value;
    counted += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const { low, high } = spanWithoutOutliers(sorted.subarray(0, sortedCount));
  const reach = outlierSpansMax * Math.max(high - low, spanMin[unit] ?? otherSpanMin);
  return { min: Math.max(min, low - reach), max: Math.min(max, high + reach) };
}

/** Returns the span of all samples except the outliers. Sorts `samples` in place. */
function spanWithoutOutliers(samples: Float32Array): { low: number; high: number } {
  samples.sort();
  const outliers = Math.floor(samples.length * outlierFraction);
  return { low: samples[outliers]!, high: samples[samples.length - 1 - outliers]! };
}

/**
 * Returns the scale for samples between `min` and `max`. Keeps the current scale if all samples fit into the scale and
 * use at least half of it.
 */
export function gainFor(current: Gain | undefined, min: number, max: number, unit: string): Gain | undefined {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return current;
  const span = max - min;
  const leastShown = spanMin[unit] ?? otherSpanMin;
  if (current) {
    const shownSpan = current.high - current.low;
    const isInsideScale = min >= current.low && max <= current.high;
    const fillsScale = span >= 0.5 * shownSpan || shownSpan <= leastShown * (1 + 2 * headroomFraction) * 1.001;
    if (isInsideScale && fillsScale) return current;
  }
  const wantedSpan = Math.max(span, leastShown) * (1 + 2 * headroomFraction);
  const middle = (min + max) / 2;
  return { low: middle - wantedSpan / 2, high: middle + wantedSpan / 2 };
}

/** Returns the distance of a value from the top of a row of `heightPx`, px; at most `heightPx`, at least 0. */
export function gainY(gain: Gain, value: number, heightPx: number): number {
  const fraction = (gain.high - value) / (gain.high - gain.low);
  return Math.max(0, Math.min(1, fraction)) * heightPx;
}
