/**
 * A histogram with a fixed size and without labels. So counting a value takes only a few nanoseconds. Each upper bound
 * is twice the bound before. process/metrics.ts reads the histogram at each scrape.
 */
export type Histogram = {
  /**
   * Upper bound of the first bucket. A bucket includes its upper bound. Each further bound is twice the bound before.
   */
  readonly firstBound: number;
  /** Number of values in each bucket, not cumulative. The last bucket has no upper bound. */
  readonly counts: Float64Array;
  sum: number;
};

/**
 * @param firstBound upper bound of the first bucket, above 0
 * @param bounds number of buckets with an upper bound, 1 to 31
 */
export function createHistogram(firstBound: number, bounds: number): Histogram {
  return { firstBound, counts: new Float64Array(bounds + 1), sum: 0 };
}

/** Counts a value. A negative value or NaN is counted as zero. */
export function observe(histogram: Histogram, value: number): void {
  const { firstBound, counts } = histogram;
  if (!(value > firstBound)) {
    counts[0]! += 1;
    if (value > 0) histogram.sum += value;
    return;
  }
  histogram.sum += value;
  const steps = Math.ceil(value / firstBound) - 1;
  const bucket = steps < 0x7fffffff ? 32 - Math.clz32(steps) : counts.length;
  counts[bucket < counts.length ? bucket : counts.length - 1]! += 1;
}

/** Returns the upper bounds of all buckets except the last, which has none. */
export function boundsOf({ firstBound, counts }: Histogram): number[] {
  return Array.from({ length: counts.length - 1 }, (_, bucket) => firstBound * 2 ** bucket);
}

export function valueCountOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
