/**
 * A histogram that costs a hot path a few nanoseconds: numbers in an array of fixed size, buckets that double, and
 * no label to look up. process/metrics.ts reads it at each scrape.
 */
export type Histogram = {
  /** Upper bound of the first bucket, included; each further bucket reaches twice as far. */
  readonly first: number;
  /** How many values fell into each bucket, not cumulative; the last bucket takes all values above the bound before it. */
  readonly counts: Float64Array;
  sum: number;
};

/**
 * @param first upper bound of the first bucket, above 0
 * @param bounds number of bounds, 1 to 31; above the last one there is one more bucket
 */
export function createHistogram(first: number, bounds: number): Histogram {
  return { first, counts: new Float64Array(bounds + 1), sum: 0 };
}

/** Counts one value. A value below zero or NaN, which a clock that was set back could give, counts as zero. */
export function observe(histogram: Histogram, value: number): void {
  const { first, counts } = histogram;
  if (!(value > first)) {
    counts[0]! += 1;
    if (value > 0) histogram.sum += value;
    return;
  }
  histogram.sum += value;
  const steps = Math.ceil(value / first) - 1;
  const bucket = steps < 0x7fffffff ? 32 - Math.clz32(steps) : counts.length;
  counts[bucket < counts.length ? bucket : counts.length - 1]! += 1;
}

/** Returns the upper bounds of all buckets except the last, which has none. */
export function boundsOf({ first, counts }: Histogram): number[] {
  return Array.from({ length: counts.length - 1 }, (_, bucket) => first * 2 ** bucket);
}

export function countOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
