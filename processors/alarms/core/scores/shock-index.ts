/**
 * The shock index: heart rate divided by systolic pressure (CLINICAL, "Deterioration": 0.9 or more is of interest).
 * Pure.
 */
import { roundHalfUp } from './round.ts';

/** @returns the index with two decimals; undefined if a value is missing, or the pressure is not above 0 */
export function shockIndex(pulse: number | undefined, systolic: number | undefined): number | undefined {
  if (pulse === undefined || systolic === undefined) return undefined;
  const index = pulse / systolic;
  return systolic > 0 && Number.isFinite(index) ? roundHalfUp(index, 2) : undefined;
}
