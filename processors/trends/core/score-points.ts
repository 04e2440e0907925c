/** Turns published scores into the points of a trend. */
import type { Scores } from '../../../contracts/messages/scores.ts';
import { scoreTrendValues } from '../../../contracts/score-trends.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { Point } from './points.ts';

/**
 * Returns the points of one published set of scores. Their time is that of the alarm processor that made them, because each input of a
 * score has its own time. Undefined if that time is not valid.
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
