/**
 * The detector of a parameter that is twice in one message. The graver value is judged (contracts/numerics.ts), and a technical alarm says
 * so (CLINICAL, "Judged or told", 1): nothing shows which of the two values is the patient's. Pure.
 */
import { parameters } from '../../../contracts/parameters.ts';
import type { Condition } from './condition.ts';
import type { ObservationInput } from './inputs.ts';

/** By code: device times of the first and the latest message that contained the parameter twice. */
export type DoubledPart = Readonly<Record<string, { readonly since: number; readonly at: number }>>;

export const initialDoubled: DoubledPart = {};

/** The alarm ends after the parameter has been only once in each message for this long (ours). */
const onceMs = 60_000;

export function doubled(part: DoubledPart, { time, values, doubled: codes = none }: ObservationInput): DoubledPart {
  if (codes.length === 0 && part === initialDoubled) return part;
  const next: Record<string, { readonly since: number; readonly at: number }> = {};
  for (const [code, one] of Object.entries(part)) {
    const isOnce = !codes.includes(code) && values.some((numeric) => numeric.code === code);
    // The device's clock may have been set in between, forward or back.
    if (!isOnce || Math.abs(time - one.at) < onceMs) next[code] = one;
  }
  for (const code of codes) next[code] = { since: next[code]?.since ?? time, at: time };
  return Object.keys(next).length === 0 ? initialDoubled : next;
}

const none: readonly string[] = [];
const nothing: readonly Condition[] = [];

export function doubledConditions(part: DoubledPart): readonly Condition[] {
  if (part === initialDoubled) return nothing;
  return Object.entries(part).map(([code, { since }]) => ({
    key: `twice-in-one-message/${code}`,
    name: 'twice-in-one-message',
    kind: 'technical',
    priority: 'low',
    chain: `twice-in-one-message/${code}`,
    rank: 0,
    text: `${parameters.get(code)?.label ?? code}: twice in one message, the graver is judged`,
    code,
    onset: since,
    determined: since,
    valueAt: since,
    excess: 0,
    late: false,
    outOfOrder: false,
  }));
}
