/**
 * Early warning scores as series of a trend. InfluxDB keeps them in the same measurement as the parameters. If an input
 * of a score is missing, there is no total. Then the points of the known inputs go into a separate series
 * (`_AT_LEAST`). Pure.
 */
import type { Scores } from './messages/scores.ts';

export const scoreTrendCodes = [
  'VIGIL_NEWS2',
  'VIGIL_NEWS2_AT_LEAST',
  'VIGIL_QSOFA',
  'VIGIL_QSOFA_AT_LEAST',
  'VIGIL_SHOCK_INDEX',
] as const;
export type ScoreTrendCode = (typeof scoreTrendCodes)[number];

export const isScoreTrendCode = (code: string): code is ScoreTrendCode =>
  (scoreTrendCodes as readonly string[]).includes(code);

/**
 * Returns the trend values of the scores of one instant: for each score its total; without a total, the points of its
 * known inputs.
 */
export function scoreTrendValues({ news2, qsofa, shockIndex }: Scores): Partial<Record<ScoreTrendCode, number>> {
  return {
    ...(news2.total === undefined ? { VIGIL_NEWS2_AT_LEAST: news2.atLeast } : { VIGIL_NEWS2: news2.total }),
    ...(qsofa.total === undefined ? { VIGIL_QSOFA_AT_LEAST: qsofa.met.length } : { VIGIL_QSOFA: qsofa.total }),
    ...(shockIndex !== undefined && { VIGIL_SHOCK_INDEX: shockIndex }),
  };
}
