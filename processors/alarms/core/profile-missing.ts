/**
 * The detector of a patient category without a profile. No other category's limits are used instead (CLINICAL, "Default
 * adult limits"). Pure.
 */
import { type Condition, technicalCondition } from './condition.ts';
import type { State } from './state.ts';

/** Returns a technical condition if the device measures something and the patient has no profile. */
export function noProfileConditions({ association, arrivals }: State, hasProfile: boolean): Condition[] {
  if (hasProfile) return [];
  const measured = Object.values(arrivals.codes);
  if (measured.length === 0) return [];
  const category = association?.category ?? null;
  const since = Math.min(...measured.map(({ since }) => since));
  const text = category === null ? 'No limits: patient category not known' : `No limits for ${category} patients here`;
  return [technicalCondition('no-profile', 'medium', text, since)];
}
