/** The counts of a channel for its metrics. */
import { createHistogram, type Histogram, observe } from '../../../process/histogram.ts';

/**
 * What becomes of a message or a canary. Each name is in the metrics from the start, so that an alert sees the first
 * failure.
 */
export const sendResults = ['reached', 'transient', 'permanent', 'ended'] as const;
export type SendResultName = (typeof sendResults)[number];

export type SendCounts = {
  tries: number;
  retries: number;
  /** Number of messages by result. */
  readonly results: { readonly byName: ReadonlyMap<SendResultName, number>; add(name: SendResultName): void };
  /** Duration of each try, ms. */
  readonly tryMs: Histogram;
};

export function createSendCounts(): SendCounts {
  const byName = new Map<SendResultName, number>();
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
