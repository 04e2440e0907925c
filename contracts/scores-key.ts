/**
 * Computes keys to compare the scores of two instants. The keys do not contain the measured values or the shock index:
 * these may differ although the keys are equal. Pure.
 */
import type { Scores } from './messages/scores.ts';

/**
 * Returns a key of the NEWS2 total, the missing inputs, and the times of entered assessments. If this key changes, the
 * scores must be published immediately.
 */
export function urgentKey({ news2: { total, missing }, assessment }: Scores): string {
  const { consciousness, oxygen, spo2Scale } = assessment;
  return [total, ...missing, consciousness?.at, oxygen?.at, spo2Scale?.at].join();
}

/** Returns a key of the points, missing inputs and totals of all scores, and of the entered assessments. */
export function scoresKey(scores: Scores): string {
  const { parts, scale } = scores.news2;
  const { met, missing } = scores.qsofa;
  const points = parts.map((part) => part.points ?? '-');
  return [urgentKey(scores), scale, ...points, 'qSOFA', ...met, 'without', ...missing].join();
}

/**
 * Unchanged scores are published again after this time (our choice). If the newest scores are much older than this,
 * they may be out of date, because the alarm processor may have stopped.
 */
export const scoresRepeatMs = 300_000;
