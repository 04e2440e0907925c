/**
 * Early warning scores as series of a trend: their codes beside those of the parameters, in one measurement of InfluxDB. Of a set in which
 * something is missing there is no total, so what its known parts reach is a series of its own, never mixed with totals. Pure.
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

/** What the scores of one instant are in a trend. Of each score there is a total, or what is certain, and of the index nothing where it is not known. */
export function scoreTrendValues({ news2, qsofa, shockIndex }: Scores): Partial<Record<ScoreTrendCode, number>> {
  return {
    ...(news2.total === undefined ? { VIGIL_NEWS2_AT_LEAST: news2.atLeast } : { VIGIL_NEWS2: news2.total }),
    ...(qsofa.total === undefined ? { VIGIL_QSOFA_AT_LEAST: qsofa.met.length } : { VIGIL_QSOFA: qsofa.total }),
    ...(shockIndex !== undefined && { VIGIL_SHOCK_INDEX: shockIndex }),
  };
}
