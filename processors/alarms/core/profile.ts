/**
 * The profile that judges a patient: limits, delays, hysteresis, and the times of escalation and re-alarm. A profile is
 * complete: each group of parameters has limits, or is off with a reason (CLINICAL, "Judged or told", 10). Pure.
 */
import { adultLimits } from '../../../contracts/adult-limits.ts';
import type { Alarm, Limits, OwnLimits, Priority, ProfileSource } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import { builtInScores, type ScoreRules } from './scores/score-rules.ts';

/**
 * How long a value must be beyond its limit before it alarms, in device time.
 * - `fixed`: `ms` (0 to 30 s).
 * - `tiered`: the delay is shorter if the value is further beyond its limit. The last step whose `by` the value has
 * reached applies. Example (profiles/spo2-tiered.json, limit 90): an SpO2 of 89 alarms after 15 s, 88 after 10 s, 86
 * after 5 s.
 * - `area`: the delay ends when the distance from the limit, multiplied by the time, reaches `unitMs`, and after
 * `capMs` at the latest (Philips, smart alarm delay).
 */
export type Delay =
  | { readonly kind: 'fixed'; readonly ms: number }
  | {
      readonly kind: 'tiered';
      readonly ms: number;
      readonly steps: readonly { readonly by: number; readonly ms: number }[];
    }
  | { readonly kind: 'area'; readonly unitMs: number; readonly capMs: number };

/** The times of re-alarm and escalation, ms. */
export type Times = {
  /** An acknowledged alarm calls again after this time while its condition lasts (CLINICAL: default 3 min). */
  readonly realarmMs: number;
  /**
   * An alarm that nobody acknowledges escalates by one level each time this time has passed, at most three times
   * (alarm.ts, `escalationMax`). Absent: the priority does not escalate.
   */
  readonly escalationMs: Readonly<Partial<Record<Priority, number>>>;
};

/** A low or high limit that is not extreme. For each absent field, the value of the group applies. */
export type Bound = {
  readonly limit: number;
  readonly delay: Delay;
  readonly priority?: Priority;
  readonly hysteresis?: number;
  readonly offDelayMs?: number;
} & Partial<Times>;

/** The rules of one group of parameters. For each absent field of `Times`, the value of the profile applies. */
export type GroupRules = {
  /** Priority of the plain limits; extreme limits are high. */
  readonly priority: Priority;
  readonly low?: Bound;
  readonly high?: Bound;
  readonly extremeLow?: number;
  readonly extremeHigh?: number;
  /** How far inside its limit a value must be to end the alarm, in the parameter's unit. */
  readonly hysteresis: number;
  /** How long a value must be inside its limit by the hysteresis to end the alarm, ms. */
  readonly offDelayMs: number;
} & Partial<Times>;

/**
 * A group whose plain limits are off, with the reason. Its extreme limits may still judge. In some groups they must
 * judge (profile-faults.ts).
 */
export type GroupOff = { readonly off: string; readonly extremeLow?: number; readonly extremeHigh?: number };

export type Profile = {
  readonly groups: Readonly<Record<LimitGroup, GroupRules | GroupOff>>;
  /** The rules for scores. Only adults are scored. */
  readonly scores: ScoreRules;
  readonly source: ProfileSource;
} & Times;

/**
 * Returns the times for an alarm such as `HR.high`. If the limit has no times, the times of its group are used. If the
 * group has no times, the times of the profile are used. An alarm that a device raised has the times of the profile.
 */
export function timesOf(
  profile: Times & Partial<Pick<Profile, 'groups'>>,
  { condition, origin }: Pick<Alarm, 'condition' | 'origin'>,
): Times {
  if (origin !== undefined) return profile;
  const [group = '', tier = ''] = condition.split('.');
  const rules = (limitGroups as readonly string[]).includes(group) ? profile.groups?.[group as LimitGroup] : undefined;
  if (rules === undefined || 'off' in rules) return profile;
  const side = tier.endsWith('low') ? rules.low : rules.high;
  return {
    realarmMs: side?.realarmMs ?? rules.realarmMs ?? profile.realarmMs,
    escalationMs: side?.escalationMs ?? rules.escalationMs ?? profile.escalationMs,
  };
}

/** Priority of the plain limits (CLINICAL, table), and a hysteresis about as large as the sensor's noise (ours). */
const groupDefaults: Readonly<Record<LimitGroup, { readonly priority: Priority; readonly hysteresis: number }>> = {
  HR: { priority: 'medium', hysteresis: 2 },
  PR: { priority: 'medium', hysteresis: 2 },
  SpO2: { priority: 'medium', hysteresis: 1 },
  RR: { priority: 'medium', hysteresis: 1 },
  BPsys: { priority: 'medium', hysteresis: 2 },
  BPmean: { priority: 'medium', hysteresis: 2 },
  Temp: { priority: 'low', hysteresis: 0.1 },
  EtCO2: { priority: 'medium', hysteresis: 1 },
};

/**
 * Delays of the high and low limits, s. They are the defaults of a Dräger IACS (CLINICAL, "Delays"), except Temp and
 * EtCO2 (ours). A single measurement, such as a temperature once an hour, has no delay.
 */
const delaysS: Readonly<Record<LimitGroup, { readonly high: number; readonly low: number }>> = {
  HR: { high: 6, low: 6 },
  PR: { high: 6, low: 10 },
  SpO2: { high: 6, low: 10 },
  RR: { high: 14, low: 14 },
  BPsys: { high: 10, low: 4 },
  BPmean: { high: 10, low: 4 },
  Temp: { high: 6, low: 6 },
  EtCO2: { high: 6, low: 6 },
};

/**
 * Returns a profile with the given limits and the default delays, priorities and hysteresis. A group without limits is
 * off.
 */
export function profileOfLimits(limits: Readonly<Partial<Record<LimitGroup, Limits>>>): Profile {
  const groups = limitGroups.map((group) => {
    const groupLimits = limits[group];
    return [group, groupLimits === undefined ? { off: 'no limits were given' } : groupOf(group, groupLimits)] as const;
  });
  return {
    groups: Object.fromEntries(groups) as Record<LimitGroup, GroupRules | GroupOff>,
    scores: builtInScores,
    realarmMs: 180_000,
    escalationMs: { high: 60_000, medium: 180_000 },
    source: { origin: 'built-in', version: '1' },
  };
}

function groupOf(group: LimitGroup, { low, high, extremeLow, extremeHigh, delayMs }: Limits): GroupRules {
  const delayOf = (side: 'low' | 'high'): Delay => ({ kind: 'fixed', ms: delayMs ?? delaysS[group][side] * 1000 });
  return {
    ...groupDefaults[group],
    offDelayMs: 5_000,
    ...(low !== undefined && { low: { limit: low, delay: delayOf('low') } }),
    ...(high !== undefined && { high: { limit: high, delay: delayOf('high') } }),
    ...(extremeLow !== undefined && { extremeLow }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
}

/** The built-in profile for adults. This profile has the limits of the table in CLINICAL. */
export const adultProfile: Profile = profileOfLimits(adultLimits);

/**
 * Returns the rules of a group for one patient: the rules of the profile, changed by the patient's own limits. A limit
 * without a value in the own limits stays as in the profile, so nobody can remove a limit by accident. If a group is
 * off, only its extreme limits judge. If the profile switches the group off, the patient's own limits do not count.
 */
export function rulesOfPatient(
  rules: GroupRules | GroupOff | undefined,
  own: OwnLimits | undefined,
): GroupRules | undefined {
  if (rules === undefined) return undefined;
  if ('off' in rules) return extremesOf({ priority: 'medium', hysteresis: 0, offDelayMs: 5_000 }, rules);
  if (own === undefined) return rules;
  const boundOf = (limit: number | undefined, before: Bound | undefined): Bound | undefined => {
    if (limit === undefined && before === undefined) return undefined;
    const delay: Delay =
      own.delayMs !== undefined ? { kind: 'fixed', ms: own.delayMs } : (before?.delay ?? { kind: 'fixed', ms: 0 });
    return { ...before, limit: limit ?? before!.limit, delay };
  };
  const { low: _low, high: _high, ...rest } = rules;
  const low = own.off ? undefined : boundOf(own.low, rules.low);
  const high = own.off ? undefined : boundOf(own.high, rules.high);
  const extremeLow = own.extremeLow ?? rules.extremeLow;
  const extremeHigh = own.extremeHigh ?? rules.extremeHigh;
  return {
    ...rest,
    ...(low && { low }),
    ...(high && { high }),
    ...(extremeLow !== undefined && { extremeLow }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
}

function extremesOf(
  rest: Pick<GroupRules, 'priority' | 'hysteresis' | 'offDelayMs'>,
  { extremeLow, extremeHigh }: GroupOff,
): GroupRules | undefined {
  if (extremeLow === undefined && extremeHigh === undefined) return undefined;
  return {
    ...rest,
    ...(extremeLow !== undefined && { extremeLow }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
}
