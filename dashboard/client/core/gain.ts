/** The vertical scale of a trace: follows the signal in steps, and never blows noise up until it looks like a heartbeat. */

/** The smallest span drawn over the full height, by the wave's unit: a flat line stays flat. */
const leastSpan: Readonly<Record<string, number>> = { mV: 0.5, 'mm[Hg]': 20, '1': 0.1 };
const leastSpanOther = 0.1;
/** Room above and below, as a part of the signal's span. */
const headroom = 0.12;
/** The lowest and the highest samples, this part of all of them: less than the peaks of a slow heart, more than a stray chunk a second. */
const fewPart = 0.01;
/** So many spans of the other samples the few may widen the scale, to either side. What is beyond is drawn at the edge of the row. */
const fewReach = 2;
/** So many samples, evenly spread, are enough to know the span. */
const sortedMax = 1024;

export type Gain = { readonly low: number; readonly high: number };
export type Span = { readonly min: number; readonly max: number };

/**
 * The span that the scale has to show. A sample that no body yields does not count, and a few samples far from the others
 * count only so far: one sample of 1e30 would make a flat line of a heartbeat.
 * @param samples physical values, NaN where one is missing
 * @param plausible of the wave. Where most samples are outside, they are the wave: then all count.
 * @returns undefined where no sample is a number
 */
export function spanOf(samples: Float32Array, plausible: Span, unit: string): Span | undefined {
  const finite = samples.filter((value) => Number.isFinite(value));
  const possible = finite.filter((value) => value >= plausible.min && value <= plausible.max);
  const counted = possible.length >= finite.length / 2 ? possible : finite;
  if (counted.length === 0) return undefined;
  const step = Math.ceil(counted.length / sortedMax);
  const sorted = step === 1 ? counted.slice() : counted.filter((_, i) => i % step === 0);
  sorted.sort();
  const few = Math.floor(sorted.length * fewPart);
  const low = sorted[few]!;
  const high = sorted[sorted.length - 1 - few]!;
  const reach = fewReach * Math.max(high - low, leastSpan[unit] ?? leastSpanOther);
  let [min, max] = [high, low];
  for (const value of counted) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min: Math.max(min, low - reach), max: Math.min(max, high + reach) };
}

/** The scale for the samples seen, keeping the present one while it still fits: not clipped, not under half used. */
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
