/**
 * Early warning scores as series of a trend. Their codes are beside those of the parameters, in one measurement of InfluxDB. If an input
 * is missing, there is no total. Then the sum of the known inputs goes into a series of its own and is never mixed with totals. Pure.
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

/** Returns the trend values of the scores of one instant. Each score gives its total, or else what is certain. An unknown shock index gives nothing. */
export function scoreTrendValues({ news2, qsofa, shockIndex }: Scores): Partial<Record<ScoreTrendCode, number>> {
  return {
    ...(news2.total === undefined ? { VIGIL_NEWS2_AT_LEAST: news2.atLeast } : { VIGIL_NEWS2: news2.total }),
    ...(qsofa.total === undefined ? { VIGIL_QSOFA_AT_LEAST: qsofa.met.length } : { VIGIL_QSOFA: qsofa.total }),
    ...(shockIndex !== undefined && { VIGIL_SHOCK_INDEX: shockIndex }),
  };
}
