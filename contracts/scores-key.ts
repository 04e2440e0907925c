/** Whether two sets of scores say the same, but for how old their values are. Pure. */
import type { Scores } from './messages/scores.ts';

/** What a person must hear of at once: the total, what is missing, and what somebody entered. */
export function urgentKey({ news2: { total, missing }, assessment }: Scores): string {
  const { consciousness, oxygen, spo2Scale } = assessment;
  return [total, ...missing, consciousness?.at, oxygen?.at, spo2Scale?.at].join();
}

/** Points, what is missing, totals, and what was entered. */
export function scoresKey(scores: Scores): string {
  const { parts, scale } = scores.news2;
  const { met, missing } = scores.qsofa;
  const points = parts.map((part) => part.points ?? '-');
  return [urgentKey(scores), scale, ...points, 'qSOFA', ...met, 'without', ...missing].join();
}

/**
 * Scores that last are published again so often (ours): what is older than this and a little more is no longer known to have lasted, since
 * the alarm processor may have been away.
 */
export const scoresRepeatMs = 300_000;
