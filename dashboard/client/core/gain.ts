/**
 * The vertical scale of a trace: it follows the signal in steps, and never enlarges noise until it looks like a
 * heartbeat.
 */

/** The smallest span drawn over the full height, by the wave's unit: a flat line stays flat. */
const leastSpan: Readonly<Record<string, number>> = { mV: 0.5, 'mm[Hg]': 20, '1': 0.1 };
const leastSpanOther = 0.1;
/** Room above and below, as a part of the signal's span. */
const headroom = 0.12;
/**
 * This part of all samples, at the bottom and at the top, counts as few: less than the peaks of a slow heart, more than
 * a stray chunk a second.
 */
const fewPart = 0.01;
/**
 * The few may widen the scale by this many spans of the other samples, to either side. What is beyond is drawn at the
 * edge of the row.
 */
const fewReach = 2;
/** This many samples, evenly spread, are enough to find the span. */
const sortedMax = 512;

export type Gain = { readonly low: number; readonly high: number };
export type Span = { readonly min: number; readonly max: number };

/**
 * Returns the span that the scale has to show. A sample that no body yields does not count, and a few samples far from
 * the others count only up to a bound: otherwise one sample of 1e30 would make a flat line of a heartbeat.
 * @param samples physical values, NaN if one is missing
 * @param plausible range of the wave. If most samples are outside, they are the wave: then all count.
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
  let [counted, taken, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of samples) {
    if (!(value >= least && value <= most)) continue;
    if (counted % step === 0) sorted[taken++] = value;
    counted += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const { low, high } = mostOf(sorted.subarray(0, taken));
  const reach = fewReach * Math.max(high - low, leastSpan[unit] ?? leastSpanOther);
  return { min: Math.max(min, low - reach), max: Math.min(max, high + reach) };
}

/** The span of all but the few lowest and highest. Sorts in place. */
function mostOf(samples: Float32Array): { low: number; high: number } {
  samples.sort();
  const few = Math.floor(samples.length * fewPart);
  return { low: samples[few]!, high: samples[samples.length - 1 - few]! };
}

/**
 * Returns the scale for the samples seen. Keeps the present scale while it still fits: not clipped, not under half
 * used.
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

/** A value's height in a row of `heightPx`, from its top, kept inside the row. */
export function gainY(gain: Gain, value: number, heightPx: number): number {
  const part = (gain.high - value) / (gain.high - gain.low);
  return Math.max(0, Math.min(1, part)) * heightPx;
}
