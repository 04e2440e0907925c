/** What is judged of a value: which bounds it may break, in which order of gravity, and what its alarm says. */
import type { Limits, Priority } from '../../contracts/messages/alarms.ts';
import { numberText } from '../../contracts/number-text.ts';
import type { Parameter } from '../../contracts/parameters.ts';
import { hysteresis, plainPriority } from './profiles.ts';
import { apnoeaMs, sparseIntervalMs } from './tuning.ts';

const tierNames = ['low', 'high', 'extreme-low', 'extreme-high', 'asystole', 'apnoea'] as const;
export type TierName = (typeof tierNames)[number];

/** Of one parameter and side only the highest present rank calls: asystole stands for "HR < 40", that for "HR < 50". */
export const tiers: Readonly<Record<TierName, { side: 'low' | 'high'; rank: number }>> = {
  low: { side: 'low', rank: 1 },
  high: { side: 'high', rank: 1 },
  'extreme-low': { side: 'low', rank: 2 },
  'extreme-high': { side: 'high', rank: 2 },
  asystole: { side: 'low', rank: 3 },
  apnoea: { side: 'low', rank: 3 },
};

export type Rule = {
  readonly tier: TierName;
  readonly priority: Priority;
  readonly limit: number;
  /** Beyond the limit: `>` or `<`; for asystole and apnoea, at 0. */
  readonly beyond: (value: number) => boolean;
  /** Ends the alarm: at the limit ∓ hysteresis or further inside. */
  readonly cleared: (value: number) => boolean;
  readonly delayMs: number;
};

/**
 * The rules for a parameter, given its limits (undefined: no profile and none of the patient's own).
 *
 * Asystole and apnoea need no limits, so they are judged for every category. Delay never applies to them nor to extreme limits
 * (CLINICAL, "Delays"). A numeric cannot show single breaths, so apnoea is a rate of 0 that lasts 20 s; the first 0 already
 * breaks the extreme limit and alarms as that. Cuff pressures, temperatures and whatever comes less often than once a minute
 * are single measurements, judged as they come.
 */
export function rulesFor(parameter: Parameter, limits: Limits | undefined, intervalMs: number): Rule[] {
  const group = parameter.limits;
  if (group === undefined) return [];
  const rules: Rule[] = [];
  if (limits !== undefined) {
    const single = parameter.episodicMs !== undefined || intervalMs > sparseIntervalMs;
    const delayMs = single ? 0 : (limits.delayMs ?? 0);
    const { low, high, extremeLow, extremeHigh } = limits;
    const band = hysteresis[group];
    if (low !== undefined) rules.push({ tier: 'low', priority: plainPriority[group], delayMs, ...below(low, band) });
    if (high !== undefined) rules.push({ tier: 'high', priority: plainPriority[group], delayMs, ...above(high, band) });
    if (extremeLow !== undefined)
      rules.push({ tier: 'extreme-low', priority: 'high', delayMs: 0, ...below(extremeLow, band) });
    if (extremeHigh !== undefined)
      rules.push({ tier: 'extreme-high', priority: 'high', delayMs: 0, ...above(extremeHigh, band) });
  }
  if (group === 'HR') rules.push({ tier: 'asystole', priority: 'high', delayMs: 0, ...none });
  if (group === 'RR') rules.push({ tier: 'apnoea', priority: 'high', delayMs: apnoeaMs, ...none });
  return rules;
}

const below = (limit: number, band: number) => ({
  limit,
  beyond: (value: number) => value < limit,
  cleared: (value: number) => value >= exact(limit + band),
});
const above = (limit: number, band: number) => ({
  limit,
  beyond: (value: number) => value > limit,
  cleared: (value: number) => value <= exact(limit - band),
});
const none = { limit: 0, beyond: (value: number) => value <= 0, cleared: (value: number) => value > 0 };

/** 36 + 0.1 is 36.1, not 36.100000000000001: a value at the bound must count as at it. */
const exact = (value: number) => Math.round(value * 1e6) / 1e6;

/** The condition's name, as in contracts/messages/alarms.ts: `HR.high`, `SpO2.extreme-low`, `asystole`. */
export function conditionName(parameter: Parameter, tier: TierName): string {
  return tier === 'asystole' || tier === 'apnoea' ? tier : `${parameter.limits}.${tier}`;
}

/** `HR 134 > 120`, without a patient (CLINICAL, "Signals on the screen"). */
export function limitText(parameter: Parameter, tier: TierName, value: number, limit: number): string {
  if (tier === 'asystole') return `Asystole: ${parameter.label} 0`;
  if (tier === 'apnoea') return `Apnoea: ${parameter.label} 0 for ${apnoeaMs / 1000} s`;
  const sign = tiers[tier].side === 'low' ? '<' : '>';
  return `${parameter.label} ${rounded(value, limit, parameter.digits)} ${sign} ${plain(limit)}`;
}

/** As many digits as show that the value is beyond its limit: 120.4 > 120 is not written `120 > 120`. */
function rounded(value: number, limit: number, digits: number): string {
  for (let more = digits; more < digits + 3; more++) {
    const text = numberText(value, more);
    if (Math.sign(Number(text) - limit) === Math.sign(value - limit)) return text;
  }
  return plain(value);
}

const plain = (value: number) => String(exact(value));
