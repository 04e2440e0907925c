/**
 * A histogram that takes only a few nanoseconds for each value, because its size is fixed and it has no labels. Each bucket is twice as wide
 * as the one before. process/metrics.ts reads it at each scrape.
 */
export type Histogram = {
  /** Upper bound of the first bucket, which is included. The bound of each further bucket is twice as high. */
  readonly first: number;
  /** Number of values in each bucket, not cumulative. The last bucket has no upper bound. */
  readonly counts: Float64Array;
  sum: number;
};

/**
 * @param first upper bound of the first bucket, above 0
 * @param bounds number of buckets with an upper bound, 1 to 31
 */
export function createHistogram(first: number, bounds: number): Histogram {
  return { first, counts: new Float64Array(bounds + 1), sum: 0 };
}

/** Counts a value. A negative value or NaN counts as zero. */
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
