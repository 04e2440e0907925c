/**
 * The rules that judge the values of one parameter: the limits, their ranks, their delays, and the text of an alarm.
 * The numbers come from a profile (profile.ts). Pure.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { valueBesideLimitText, withoutRoundingError } from '../../../contracts/number-text.ts';
import type { LimitGroup, Parameter } from '../../../contracts/parameters.ts';
import type { Bound, Delay, GroupRules } from './profile.ts';

const tierNames = ['low', 'high', 'extreme-low', 'extreme-high', 'asystole', 'apnoea'] as const;
export type TierName = (typeof tierNames)[number];

/**
 * The sides and ranks of the limits. On each side only the condition with the highest rank calls: asystole calls
 * instead of "HR < 40".
 */
export const tiers: Readonly<Record<TierName, { readonly side: 'low' | 'high'; readonly rank: number }>> = {
  low: { side: 'low', rank: 1 },
  high: { side: 'high', rank: 1 },
  'extreme-low': { side: 'low', rank: 2 },
  'extreme-high': { side: 'high', rank: 2 },
  asystole: { side: 'low', rank: 3 },
  apnoea: { side: 'low', rank: 3 },
};

/**
 * Returns the cause (`chain`) of a broken limit. Heart rate and pulse share one cause (CLINICAL, "Judged or told", 8).
 */
export function causeOf({ group }: Parameter, side: 'low' | 'high'): string {
  return `${group === 'PR' ? 'HR' : group}.${side}`;
}

/** Apnoea: no breath for this long (CLINICAL, table of limits). */
export const apnoeaMs = 20_000;

/** One limit of one parameter. */
export type Rule = {
  readonly tier: TierName;
  readonly priority: Priority;
  readonly limit: number;
  /** How far inside the limit a value must be to be clear of the limit, in the parameter's unit. */
  readonly hysteresis: number;
  readonly delay: Delay;
  /** How long a value must be clear of the limit before the condition ends, ms. */
  readonly offDelayMs: number;
};

/** The rules of one parameter. A value from `from` to `to` breaks no rule. */
export type Rules = { readonly list: readonly Rule[]; readonly from: number; readonly to: number };

/** Returns rules for a list of limits. */
export function rulesFrom(list: readonly Rule[]): Rules {
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  for (const { tier, limit } of list)
    if (isZero(tier)) from = Math.max(from, Number.MIN_VALUE);
    else if (tiers[tier].side === 'low') from = Math.max(from, limit);
    else to = Math.min(to, limit);
  return { list, from, to };
}

/** Returns whether a value is beyond any limit. */
export const isBeyondAny = ({ from, to }: Rules, value: number): boolean => value < from || value > to;

/**
 * Returns the rules for a parameter. Asystole and apnoea need no limits of a profile, so they are judged for every
 * patient category. Extreme limits and asystole have no delay (CLINICAL, "Delays"). Apnoea is a respiratory rate of 0
 * that lasts 20 s; if the profile has an extreme low limit, the first 0 already breaks it. If no extreme low limit
 * exists, a single measurement of 0 is an apnoea at once, because the next measurement may come many minutes later.
 * @param rules the rules of the group; undefined if the patient has no profile, or if the group is off without extreme
 * limits
 * @param single true for single measurements: no delay applies, except the 20 s of apnoea beside an extreme low limit,
 * and the next value that is clear of the limit ends the alarm
 */
export function rulesFor(parameter: Parameter, rules: GroupRules | undefined, single: boolean): Rules {
  const group = parameter.limits;
  if (group === undefined) return noRules;
  const cache = single ? cachedSingle : cachedContinuous;
  const key = rules ?? withoutProfile;
  let byGroup = cache.get(key);
  if (byGroup === undefined) {
    byGroup = new Map();
    cache.set(key, byGroup);
  }
  let cachedRules = byGroup.get(group);
  if (cachedRules === undefined) {
    cachedRules = rulesFrom(makeRules(group, rules, single));
    byGroup.set(group, cachedRules);
  }
  return cachedRules;
}

const noRules: Rules = rulesFrom([]);

/** Caches of the rules for each group of a profile, because every value needs the rules. */
const cachedContinuous = new WeakMap<object, Map<LimitGroup, Rules>>();
const cachedSingle: typeof cachedContinuous = new WeakMap();
const withoutProfile = {};

function makeRules(group: LimitGroup, rules: GroupRules | undefined, single: boolean): readonly Rule[] {
  const madeRules: Rule[] = [];
  const offDelayMs = single ? 0 : (rules?.offDelayMs ?? offDelayMsDefault);
  if (rules !== undefined) {
    const { low, high, extremeLow, extremeHigh, hysteresis, priority } = rules;
    const plain = (tier: TierName, bound: Bound) =>
      madeRules.push({
        tier,
        priority: bound.priority ?? priority,
        limit: bound.limit,
        hysteresis: bound.hysteresis ?? hysteresis,
        delay: single ? noDelay : bound.delay,
        offDelayMs: single ? 0 : (bound.offDelayMs ?? offDelayMs),
      });
    const extreme = (tier: TierName, limit: number) =>
      madeRules.push({ tier, priority: 'high', limit, hysteresis, delay: noDelay, offDelayMs });
    if (low) plain('low', low);
    if (high) plain('high', high);
    if (extremeLow !== undefined) extreme('extreme-low', extremeLow);
    if (extremeHigh !== undefined) extreme('extreme-high', extremeHigh);
  }
  const zero = { priority: 'high', limit: 0, hysteresis: 0, offDelayMs } as const;
  if (group === 'HR') madeRules.push({ tier: 'asystole', ...zero, delay: noDelay });
  if (group === 'RR') {
    const isOnlyRule = single && rules?.extremeLow === undefined;
    madeRules.push({ tier: 'apnoea', ...zero, delay: isOnlyRule ? noDelay : { kind: 'fixed', ms: apnoeaMs } });
  }
  return madeRules;
}

const noDelay: Delay = { kind: 'fixed', ms: 0 };
/** Off-delay without rules of a group: no profile, or a group that is off (CLINICAL, "Judged or told", 9). */
const offDelayMsDefault = 5_000;

const isZero = (tier: TierName) => tier === 'asystole' || tier === 'apnoea';

/**
 * Returns whether a value is beyond the limit: above a high limit, below a low limit. For asystole and apnoea: true for
 * 0.
 */
export function isBeyond({ tier, limit }: Rule, value: number): boolean {
  if (isZero(tier)) return value <= 0;
  return tiers[tier].side === 'low' ? value < limit : value > limit;
}

/**
 * Returns whether a value is clear of the limit: inside the limit by at least the hysteresis. For asystole and apnoea:
 * true above 0.
 */
export function isClear({ tier, limit, hysteresis }: Rule, value: number): boolean {
  if (isZero(tier)) return value > 0;
  return tiers[tier].side === 'low'
    ? value >= withoutRoundingError(limit + hysteresis)
    : value <= withoutRoundingError(limit - hysteresis);
}

/** Returns the distance of a value from the limit, in the parameter's unit. */
export function excessOf({ limit }: Pick<Rule, 'limit'>, value: number): number {
  return Math.abs(value - limit);
}

/** Returns the name of a condition, as in contracts/messages/alarms.ts: `HR.high`, `SpO2.extreme-low`, `asystole`. */
export function conditionName({ limits }: Pick<Parameter, 'limits'>, tier: TierName): string {
  return isZero(tier) ? tier : `${limits}.${tier}`;
}

/**
 * Returns the text of an alarm: value and limit, such as `HR 134 > 120` (CLINICAL, "Signals on the screen"). The text
 * does not name the patient.
 * @param lastedMs how long the values have been beyond the limit, ms
 */
export function limitText(
  { label, digits }: Parameter,
  tier: TierName,
  value: number,
  limit: number,
  lastedMs: number,
): string {
  if (tier === 'asystole') return `Asystole: ${label} 0`;
  if (tier === 'apnoea') return `Apnoea: ${label} 0${lastedMs < apnoeaMs ? '' : ` for ${apnoeaMs / 1000} s`}`;
  const sign = tiers[tier].side === 'low' ? '<' : '>';
  return `${label} ${valueBesideLimitText(value, limit, digits)} ${sign} ${plain(limit)}`;
}

const plain = (value: number) => String(withoutRoundingError(value));
