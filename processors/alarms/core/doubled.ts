/**
 * The detector of a parameter that a message contains twice. Nothing shows which of the two values is right. So the
 * more serious value is judged (contracts/numerics.ts), and a technical alarm tells the nurse (CLINICAL, "Judged or
 * told", 1). Pure.
 */
import { parameters } from '../../../contracts/parameters.ts';
import { type Condition, technicalCondition } from './condition.ts';
import type { ObservationInput } from './inputs.ts';

/** By code: device times of the first and the latest message that contained the parameter twice. */
export type DoubledPart = Readonly<Record<string, { readonly since: number; readonly at: number }>>;

export const initialDoubled: DoubledPart = {};

/**
 * The alarm ends after each message with the parameter has contained it only once for this time (a number of ours).
 */
const onceMs = 60_000;

/** Handles a reading: begins or ends the conditions of doubled parameters. */
export function noteDoubled(
  part: DoubledPart,
  { time, values, doubled: codes = noCodes }: ObservationInput,
): DoubledPart {
  if (codes.length === 0 && part === initialDoubled) return part;
  const next: Record<string, { readonly since: number; readonly at: number }> = {};
  for (const [code, span] of Object.entries(part)) {
    const isOnce = !codes.includes(code) && values.some((numeric) => numeric.code === code);
    // The difference is negative if the device's clock was set back, so its absolute value counts.
    if (!isOnce || Math.abs(time - span.at) < onceMs) next[code] = span;
  }
  for (const code of codes) next[code] = { since: next[code]?.since ?? time, at: time };
  return Object.keys(next).length === 0 ? initialDoubled : next;
}

const noCodes: readonly string[] = [];
const noConditions: readonly Condition[] = [];

export function doubledConditions(part: DoubledPart): readonly Condition[] {
  if (part === initialDoubled) return noConditions;
  return Object.entries(part).map(([code, { since }]) => {
    const text = `${parameters.get(code)?.label ?? code}: two values in one message, the more serious one is used`;
    const name = 'twice-in-one-message';
    return technicalCondition(`${name}/${code}`, 'low', text, since, { name, code });
  });
}
