/** From published scores to the points of a trend. */
import type { Scores } from '../../../contracts/messages/scores.ts';
import { scoreTrendValues } from '../../../contracts/score-trends.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { Point } from './points.ts';

/**
 * The points of one published set of scores. They lie at the time of the alarm processor that made them, since the inputs of a score have
 * each their own time. Undefined where that time is none.
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
