/** Finds the patients with most of the alarms, and a fitting limit for each (CLINICAL, "Delays": Lansdowne 2016). Pure. */
import { limitsFault } from '../../contracts/effective-limits.ts';
import { type LimitGroup, limitGroups, parameters } from '../../contracts/parameters.ts';
import type { Bound, GroupRules, Profile } from '../alarms/core/profile.ts';
import type { Call, Side } from './core/calls.ts';
import { callsOf, type Stay } from './stays.ts';

export type Fit = {
  readonly condition: string;
  readonly calls: number;
  readonly from: number | null;
  /** null: no allowed limit leaves at most half of the calls. */
  readonly to: number | null;
  /** Calls of the cause that remain with the limit `to`. */
  readonly left: number | null;
};

export type PatientShare = {
  readonly patient: string;
  readonly calls: number;
  /** Share of all calls by this patient and those before, 0 to 1. */
  readonly cumulative: number;
  readonly isTop: boolean;
  readonly fit?: Fit;
};

/** Returns the patients by their calls, the most first. The first tenth, at least one patient, gets a fitting limit. */
export function patientShares(
  hash: (text: string) => string,
  profileFor: (stay: Stay) => Profile | undefined,
  stays: readonly Stay[],
  calls: readonly Call[],
): PatientShare[] {
  const of = (stay: Stay) => calls.filter(({ patient }) => patient === stay.patient);
  const sorted = stays.map((stay) => ({ stay, own: of(stay) })).sort((a, b) => b.own.length - a.own.length);
  const top = Math.ceil(stays.length / 10);
  let sum = 0;
  return sorted.map(({ stay, own }, n) => {
    sum += own.length;
    const isTop = n < top && own.length > 0;
    const profile = profileFor(stay);
    const fit = isTop && profile !== undefined ? fitOf(hash, profile, stay, own) : undefined;
    const cumulative = calls.length === 0 ? 0 : sum / calls.length;
    return { patient: stay.patient, calls: own.length, cumulative, isTop, ...(fit && { fit }) };
  });
}

/**
 * Finds the smallest move of the most frequent limit that leaves at most half of the calls of its cause, by running the engine again.
 * Undefined if no limit called twice.
 */
export function fitOf(
  hash: (text: string) => string,
  profile: Profile,
  stay: Stay,
  calls: readonly Call[],
): Fit | undefined {
  const found = mostFrequent(calls);
  if (found === undefined) return undefined;
  const { condition, cause, parameter, side } = found;
  const of = calls.filter((call) => call.cause === cause).length;
  const none: Fit = { condition, calls: of, from: found.limit, to: null, left: null };
  // The limits of the heart rate judge the pulse too.
  const group = (parameter === 'PR' ? 'HR' : parameter) as LimitGroup;
  const step = stepOf(group);
  const from = boundOf(profile, group, condition, side!);
  if (from === undefined) return none;
  for (let n = 1; n <= movesMax; n++) {
    const to = exact(from + (side === 'low' ? -n : n) * step);
    const moved = withLimit(profile, group, condition, side!, to);
    if (moved === undefined) return { ...none, from };
    const left = callsOf({ hash, profile: () => moved }, stay).filter((call) => call.cause === cause).length;
    if (left * 2 <= of) return { ...none, from, to, left };
  }
  return { ...none, from };
}

/** More steps than between any two limits, so that the search ends (ours). */
const movesMax = 400;

function mostFrequent(calls: readonly Call[]): Call | undefined {
  const counts = new Map<string, { readonly call: Call; readonly n: number }>();
  for (const call of calls) {
    if (call.kind !== 'physiological' || call.side === null) continue;
    if (!(limitGroups as readonly string[]).includes(call.parameter) || call.limit === null) continue;
    counts.set(call.condition, { call, n: (counts.get(call.condition)?.n ?? 0) + 1 });
  }
  // One call is no pattern (ours).
  return [...counts.values()].filter(({ n }) => n > 1).sort((a, b) => b.n - a.n)[0]?.call;
}

function stepOf(group: LimitGroup): number {
  const row = [...parameters.values()].find(({ limits }) => limits === group)!;
  return 10 ** -row.digits;
}

const exact = (value: number) => Math.round(value * 1e6) / 1e6;

const isExtreme = (condition: string) => condition.includes('.extreme-');

function boundOf(profile: Profile, group: LimitGroup, condition: string, side: Side): number | undefined {
  const rules = profile.groups[group];
  // Asystole and apnoea have no limit to move.
  if (!condition.includes('.')) return undefined;
  if (isExtreme(condition)) return side === 'low' ? rules.extremeLow : rules.extremeHigh;
  return 'off' in rules ? undefined : rules[side]?.limit;
}

/** Returns the profile with one limit moved; undefined if the limit is not allowed (CLINICAL, "Judged or told", 10). */
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
