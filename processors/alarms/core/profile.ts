/**
 * What judges a patient: limits, delays, hysteresis, and how long a call may go unanswered. A profile is complete: each group of parameters
 * has limits, or is off with a reason (CLINICAL, "Judged or told", 10). Pure.
 */
import { adultLimits } from '../../../contracts/adult-limits.ts';
import type { Alarm, Limits, OwnLimits, Priority, ProfileSource } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import { builtInScores, type ScoreRules } from './scores/score-rules.ts';

/**
 * How long a value must be beyond its limit before it alarms, in device time.
 * - `fixed`: this long (0 to 30 s).
 * - `tiered`: the further beyond, the shorter. The last step that the value has reached counts (SpO2: 88 after 15 s, 86 after 10 s).
 * - `area`: when distance from the limit × time reaches this many unit·ms, and at the latest after `capMs` (Philips, smart alarm delay).
 */
export type Delay =
  | { readonly kind: 'fixed'; readonly ms: number }
  | {
      readonly kind: 'tiered';
      readonly ms: number;
      readonly steps: readonly { readonly by: number; readonly ms: number }[];
    }
  | { readonly kind: 'area'; readonly unitMs: number; readonly capMs: number };

/** How long a call goes unanswered before it escalates by one level, and how long an acknowledgement lasts, ms. */
export type Times = {
  /** An acknowledged alarm whose condition lasts calls again after this time (CLINICAL: default 3 min). */
  readonly realarmMs: number;
  /** An unanswered alarm escalates by one level after each of these; absent: it does not escalate. */
  readonly escalationMs: Readonly<Partial<Record<Priority, number>>>;
};

/** A plain limit. A field that it leaves out is as in its group. */
export type Bound = {
  readonly limit: number;
  readonly delay: Delay;
  readonly priority?: Priority;
  readonly hysteresis?: number;
  readonly offDelayMs?: number;
} & Partial<Times>;

/** A field of `Times` that it leaves out is as in the profile. */
export type GroupRules = {
  /** Priority of the plain limits; extreme limits are high. */
  readonly priority: Priority;
  readonly low?: Bound;
  readonly high?: Bound;
  readonly extremeLow?: number;
  readonly extremeHigh?: number;
  /** How far inside its limit a value must be to end the alarm, in the parameter's unit. */
  readonly hysteresis: number;
  /** How long it must be inside, ms. */
  readonly offDelayMs: number;
} & Partial<Times>;

/** Why the plain limits of a group do not judge. Its extreme limits may still judge; for some groups they must (profile-faults.ts). */
export type Off = { readonly off: string; readonly extremeLow?: number; readonly extremeHigh?: number };

export type Profile = {
  readonly groups: Readonly<Record<LimitGroup, GroupRules | Off>>;
  /** For adults; other patients are not scored. */
  readonly scores: ScoreRules;
  readonly source: ProfileSource;
} & Times;

/**
 * Returns the times of an alarm such as `HR.high`: of its side, else of its group, else of the profile. A device's code may be any text.
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

/** Priority of the plain limits (CLINICAL, table), and hysteresis: about the sensor's own noise (ours). */
const ours: Readonly<Record<LimitGroup, { readonly priority: Priority; readonly hysteresis: number }>> = {
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
 * Upper and lower delay, s: as a Dräger IACS ships (CLINICAL, "Delays"). Temperature is a single measurement; the delay of EtCO2 is ours.
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

/** Returns a profile of limits by group, with our delays, priorities and hysteresis. A group that is left out is off. */
export function profileOfLimits(limits: Readonly<Partial<Record<LimitGroup, Limits>>>): Profile {
  const groups = limitGroups.map((group) => {
    const own = limits[group];
    return [group, own === undefined ? { off: 'no limits were given' } : groupOf(group, own)] as const;
  });
  return {
    groups: Object.fromEntries(groups) as Record<LimitGroup, GroupRules | Off>,
    scores: builtInScores,
    realarmMs: 180_000,
    escalationMs: { high: 60_000, medium: 180_000 },
    source: { origin: 'built-in', version: '1' },
  };
}

function groupOf(group: LimitGroup, { low, high, extremeLow, extremeHigh, delayMs }: Limits): GroupRules {
  const delayOf = (side: 'low' | 'high'): Delay => ({ kind: 'fixed', ms: delayMs ?? delaysS[group][side] * 1000 });
  return {
    ...ours[group],
    offDelayMs: 5_000,
    ...(low !== undefined && { low: { limit: low, delay: delayOf('low') } }),
    ...(high !== undefined && { high: { limit: high, delay: delayOf('high') } }),
    ...(extremeLow !== undefined && { extremeLow }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
}

/** The adult ward profile: limits of CLINICAL's table, which a hospital may change. */
export const adultProfile: Profile = profileOfLimits(adultLimits);

/**
 * Returns a group's rules for one patient: the profile's, with the patient's own limits over them. A limit that the patient's own leave out
 * stays, so a limit can be moved but not dropped by accident. While a group is off, only its extreme limits judge.
 */
export function rulesOfPatient(
  rules: GroupRules | Off | undefined,
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
  { extremeLow, extremeHigh }: Off,
): GroupRules | undefined {
  if (extremeLow === undefined && extremeHigh === undefined) return undefined;
  return {
    ...rest,
    ...(extremeLow !== undefined && { extremeLow }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
}
