/** Keys that are equal if two sets of scores say the same, apart from the age of their values. Pure. */
import type { Scores } from './messages/scores.ts';

/** What a person must hear of at once: the total, the missing inputs, and what somebody entered. */
export function urgentKey({ news2: { total, missing }, assessment }: Scores): string {
  const { consciousness, oxygen, spo2Scale } = assessment;
  return [total, ...missing, consciousness?.at, oxygen?.at, spo2Scale?.at].join();
}

/** Points, missing inputs, totals, and what was entered. */
export function scoresKey(scores: Scores): string {
  const { parts, scale } = scores.news2;
  const { met, missing } = scores.qsofa;
  const points = parts.map((part) => part.points ?? '-');
  return [urgentKey(scores), scale, ...points, 'qSOFA', ...met, 'without', ...missing].join();
}

/**
 * Unchanged scores are published again this often (ours). If the last scores are older than this and a little more, it is not known
 * whether they still hold, since the alarm processor may have been away.
 */
export const scoresRepeatMs = 300_000;
