/** Decides when an open page "Strip" asks again by itself: the strip writer may still write the strip, or a version with later samples. */
import { minuteMs, secondMs } from '../../../contracts/durations.ts';
import type { StripAnswer } from '../../protocol/strip.ts';

/** The strip writer makes its last attempt this long after the onset (docs/decisions/074-strips.md). */
const lastAttemptMs = 10 * minuteMs;
/** The page asks at these two times after the last attempt, because writing takes a while, ms (ours). */
const afterAttemptMs = [30 * secondMs, 3 * minuteMs] as const;
/** A page that waits for the first version of a strip asks this often, ms (ours). */
const notYetEveryMs = 15 * secondMs;

/** Returns in how many ms the page should ask again; undefined if nothing more is expected. */
export function askStripAgainIn(answer: StripAnswer, nowMs: number): number | undefined {
  const { strip, missing } = answer;
  if (missing === 'not-yet') return notYetEveryMs;
  if (strip === null || strip.isComplete) return undefined;
  const onsetMs = Date.parse(strip.onsetWallAt);
  const next = afterAttemptMs.map((ms) => onsetMs + lastAttemptMs + ms).find((ms) => ms > nowMs);
  return next === undefined ? undefined : next - nowMs;
}

/** Returns whether an answer has samples that the answer before did not have. */
export function hasNewerSamples(before: StripAnswer | undefined, after: StripAnswer): boolean {
  return before?.strip != null && after.strip != null && after.strip.rev > before.strip.rev;
}
