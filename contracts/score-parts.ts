/** Why an input of NEWS2 has no points. Screens and files use the same reasons. Pure. */
import type { ScorePart } from './messages/scores.ts';

export type MissingReason = 'not measured' | 'not entered' | 'oxygen unknown' | 'too old';

/**
 * Returns why a part has no points.
 * @param needsOxygen the result of `needsOxygenEntry`
 */
export function missingReason(
  { parameter, value }: Pick<ScorePart, 'parameter' | 'value'>,
  needsOxygen: boolean,
): MissingReason {
  if (value === undefined)
    return parameter === 'oxygen' || parameter === 'consciousness' ? 'not entered' : 'not measured';
  return parameter === 'SpO2' && needsOxygen ? 'oxygen unknown' : 'too old';
}

type ScaledParts = { readonly scale: 1 | 2; readonly parts: readonly Pick<ScorePart, 'parameter' | 'points'>[] };

/**
 * Returns whether the points of a high SpO2 depend on an entry of air or oxygen that is missing or too old
 * (CLINICAL.md, "NEWS2", scale 2).
 */
export function needsOxygenEntry({ scale, parts }: ScaledParts): boolean {
  return scale === 2 && !parts.some(({ parameter, points }) => parameter === 'oxygen' && points !== undefined);
}
