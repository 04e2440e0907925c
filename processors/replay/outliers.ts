/**
 * Finds the patients with the most calls, and proposes a limit for each of these patients (CLINICAL, "Delays":
 * Lansdowne 2016). Pure.
 */
import { limitsFault } from '../../contracts/effective-limits.ts';
import { withoutRoundingError } from '../../contracts/number-text.ts';
import { type LimitGroup, limitGroups, parameters } from '../../contracts/parameters.ts';
import type { Bound, GroupRules, Profile } from '../alarms/core/profile.ts';
import type { Call, Side } from './core/calls.ts';
import { callsOf, type Stay } from './stays.ts';

/** A proposed change of a limit. */
export type ProposedLimit = {
  readonly condition: string;
  /** Number of calls that have the same cause as the condition. */
  readonly calls: number;
  /** The present limit; null if the condition has no limit that can be moved. */
  readonly from: number | null;
  /**
   * The new limit, with which at most half of the calls remain; null if there is no such limit in the allowed range.
   */
  readonly to: number | null;
  /** Number of calls that remain with the new limit. */
  readonly left: number | null;
};

export type PatientShare = {
  readonly patient: string;
  readonly calls: number;
  /** The share of all calls that come from this patient and the patients with more calls, 0 to 1. */
  readonly cumulative: number;
  /** Whether the patient is among the tenth of the patients with the most calls. */
  readonly isTop: boolean;
  readonly fit?: ProposedLimit;
};

/**
 * Returns the patients, the patient with the most calls first. For each patient of the first tenth, and at least for
 * the first patient, the result proposes a limit.
 */
export function patientShares(
  hash: (text: string) => string,
  profileFor: (stay: Stay) => Profile | undefined,
  stays: readonly Stay[],
  calls: readonly Call[],
): PatientShare[] {
  const sorted = stays
    .map((stay) => ({ stay, patientCalls: calls.filter(({ patient }) => patient === stay.patient) }))
    .sort((a, b) => b.patientCalls.length - a.patientCalls.length);
  const topCount = Math.ceil(stays.length / 10);
  let sum = 0;
  return sorted.map(({ stay, patientCalls }, index) => {
    sum += patientCalls.length;
    const isTop = index < topCount && patientCalls.length > 0;
    const profile = profileFor(stay);
    const fit = isTop && profile !== undefined ? proposedLimitOf(hash, profile, stay, patientCalls) : undefined;
    const cumulative = calls.length === 0 ? 0 : sum / calls.length;
    return { patient: stay.patient, calls: patientCalls.length, cumulative, isTop, ...(fit && { fit }) };
  });
}

/**
 * Proposes a limit for the most frequent condition: the smallest change with which at most half of the calls with this
 * cause remain. Runs the engine again for each candidate. Returns undefined if no condition with a limit called twice.
 */
export function proposedLimitOf(
  hash: (text: string) => string,
  profile: Profile,
  stay: Stay,
  calls: readonly Call[],
): ProposedLimit | undefined {
  const frequent = mostFrequent(calls);
  if (frequent === undefined) return undefined;
  const { condition, cause, parameter, side } = frequent;
  const count = calls.filter((call) => call.cause === cause).length;
  const noFit: ProposedLimit = { condition, calls: count, from: frequent.limit, to: null, left: null };
  // The pulse is judged by the limits of the heart rate.
  const group = (parameter === 'PR' ? 'HR' : parameter) as LimitGroup;
  const step = stepOf(group);
  const from = boundOf(profile, group, condition, side!);
  if (from === undefined) return noFit;
  for (let steps = 1; steps <= movesMax; steps++) {
    const to = withoutRoundingError(from + (side === 'low' ? -steps : steps) * step);
    const candidate = withLimit(profile, group, condition, side!, to);
    if (candidate === undefined) return { ...noFit, from };
    const left = callsOf({ hash, profile: () => candidate }, stay).filter((call) => call.cause === cause).length;
    if (left * 2 <= count) return { ...noFit, from, to, left };
  }
  return { ...noFit, from };
}

/** Maximum number of candidates, so that the search ends (ours). */
const movesMax = 400;

function mostFrequent(calls: readonly Call[]): Call | undefined {
  const counts = new Map<string, { readonly call: Call; readonly count: number }>();
  for (const call of calls) {
    if (call.kind !== 'physiological' || call.side === null) continue;
    if (!(limitGroups as readonly string[]).includes(call.parameter) || call.limit === null) continue;
    counts.set(call.condition, { call, count: (counts.get(call.condition)?.count ?? 0) + 1 });
  }
  // A single call is not enough for a proposal (ours).
  return [...counts.values()].filter(({ count }) => count > 1).sort((a, b) => b.count - a.count)[0]?.call;
}

function stepOf(group: LimitGroup): number {
  const row = [...parameters.values()].find(({ limits }) => limits === group)!;
  return 10 ** -row.digits;
}

const isExtreme = (condition: string) => condition.includes('.extreme-');

function boundOf(profile: Profile, group: LimitGroup, condition: string, side: Side): number | undefined {
  const rules = profile.groups[group];
  // Asystole and apnoea have no limit to move.
  if (!condition.includes('.')) return undefined;
  if (isExtreme(condition)) return side === 'low' ? rules.extremeLow : rules.extremeHigh;
  return 'off' in rules ? undefined : rules[side]?.limit;
}

/**
 * Returns a profile with another value for one limit; undefined if the value is not allowed (CLINICAL, "Judged or
 * told", 10).
 */
function withLimit(
  profile: Profile,
  group: LimitGroup,
  condition: string,
  side: Side,
  limit: number,
): Profile | undefined {
  const rules = profile.groups[group];
  const extreme = side === 'low' ? 'extremeLow' : 'extremeHigh';
  const moved = isExtreme(condition)
    ? { ...rules, [extreme]: limit }
    : { ...rules, [side]: { ...(rules as GroupRules)[side]!, limit } };
  const limits = Object.entries(moved)
    .filter(([name]) => ['extremeLow', 'low', 'high', 'extremeHigh'].includes(name))
    .map(([name, bound]) => [name, typeof bound === 'number' ? bound : (bound as Bound).limit] as const);
  if (limitsFault(group, Object.fromEntries(limits)) !== undefined) return undefined;
  return { ...profile, groups: { ...profile.groups, [group]: moved } };
}
