/** Turns published scores into the points of a trend. */
import type { Scores } from './messages/scores.ts';
import { scoreTrendValues } from './score-trends.ts';
import { parseInstant } from './time.ts';
import type { Point } from './trend-points.ts';

/**
 * Returns the points of one published set of scores; undefined if its time is invalid. The points have the time at
 * which the alarm processor made the scores, because the inputs of a score have different times.
 */
export function scorePointsOf(scores: Scores): Point[] | undefined {
  const timeMs = parseInstant(scores.at);
  if (timeMs === undefined) return undefined;
  const { associationId } = scores;
  return Object.entries(scoreTrendValues(scores)).map(([code, value]) => ({
    associationId,
    code,
    timeMs,
    value,
    questionable: false,
  }));
}
