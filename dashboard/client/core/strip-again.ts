/**
 * Decides when an open page "Strip" asks the server again by itself. The strip writer may still write the strip, or a
 * version of the strip with later samples.
 */
import { minuteMs, secondMs } from '../../../contracts/durations.ts';
import type { StripAnswer } from '../../protocol/strip.ts';

/** How long after the onset the strip writer makes its last attempt (docs/decisions/074-strips.md). */
const lastAttemptMs = 10 * minuteMs;
/**
 * When the page asks, ms after the last attempt of the strip writer (ours). The page asks twice, because writing takes
 * a while.
 */
const afterAttemptMs = [30 * secondMs, 3 * minuteMs] as const;
/** How often a page asks while it waits for the first version of a strip, ms (ours). */
const notYetEveryMs = 15 * secondMs;

/** Returns after how many ms the page should ask again; undefined if no later version can come. */
export function askStripAgainIn(answer: StripAnswer, nowMs: number): number | undefined {
  const { strip, missing } = answer;
  if (missing === 'not-yet') return notYetEveryMs;
  if (strip === null || strip.isComplete) return undefined;
  const onsetMs = Date.parse(strip.onsetWallAt);
  const next = afterAttemptMs.map((ms) => onsetMs + lastAttemptMs + ms).find((ms) => ms > nowMs);
  return next === undefined ? undefined : next - nowMs;
}

/** Returns whether an answer has samples that the former answer did not have. */
export function hasNewerSamples(before: StripAnswer | undefined, after: StripAnswer): boolean {
  return before?.strip != null && after.strip != null && after.strip.rev > before.strip.rev;
}
