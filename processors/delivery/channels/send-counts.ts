/** The counts of a channel for its metrics. */
import { createHistogram, type Histogram, observe } from '../../../process/histogram.ts';

export type SendCounts = {
  tries: number;
  retries: number;
  /** Number of messages by result: `reached`, `transient`, `permanent`, `ended`. */
  readonly results: { readonly byName: ReadonlyMap<string, number>; add(name: string): void };
  /** Duration of each try, ms. */
  readonly tryMs: Histogram;
};

export function createSendCounts(): SendCounts {
  const byName = new Map<string, number>();
  return {
    tries: 0,
    retries: 0,
    results: { byName, add: (name) => byName.set(name, (byName.get(name) ?? 0) + 1) },
    tryMs: createHistogram(4, 11),
  };
}

/** Counts a try that has ended. */
export function countOf(counts: SendCounts, durationMs: number): void {
  counts.tries += 1;
  observe(counts.tryMs, durationMs);
}
