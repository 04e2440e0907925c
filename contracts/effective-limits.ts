/**
 * Decides which limits can be set for a patient. The dashboard's server and the alarm processor use the same rules and
 * refuse with the same texts. Pure.
 */
import type { GroupInForce, Limits, LimitsAsked, OwnLimits } from './messages/alarms.ts';
import { type LimitGroup, parameters } from './parameters.ts';

/** The limits of a group, from the lowest to the highest. */
export const bounds = ['extremeLow', 'low', 'high', 'extremeHigh'] as const;
export type BoundName = (typeof bounds)[number];
export const boundLabels = {
  extremeLow: 'extreme low',
  low: 'low',
  high: 'high',
  extremeHigh: 'extreme high',
} as const satisfies Record<BoundName, string>;

/**
 * The lowest value of a low limit (`min`) and the highest value of a high limit (`max`), plain or extreme (CLINICAL,
 * "Judged or told", 10; we chose the values).
 */
const extremeLimitRanges: Readonly<Partial<Record<LimitGroup, { readonly min?: number; readonly max?: number }>>> = {
  HR: { min: 20, max: 250 },
  PR: { min: 20, max: 250 },
  SpO2: { min: 60 },
  RR: { max: 80 },
  BPsys: { min: 40 },
};

/** Groups whose extreme limits cannot be switched off. */
export const vitalGroups: readonly LimitGroup[] = ['HR', 'SpO2', 'RR', 'BPsys'];

/** Maximum time for which a limit can be switched off (our choice: as long as a shift). */
export const limitsOffMsMax = 12 * 3_600_000;

/** Returns a sentence that says with numbers why the limits of a group are refused; undefined if they are accepted. */
export function limitsFault(group: LimitGroup, limits: Limits): string | undefined {
  const { min, max } = rangeOf(group);
  const allowedRange = extremeLimitRanges[group] ?? {};
  for (const name of bounds) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const limitText = `The ${boundLabels[name]} limit ${limit} of ${group}`;
    const isLow = name === 'low' || name === 'extremeLow';
    if (!Number.isFinite(limit) || limit < min || limit > max)
      return `${limitText} is outside the measuring range, ${min} to ${max}.`;
    if (isLow && limit <= min) return `${limitText} could never alarm: no value is below ${min}.`;
    if (!isLow && limit >= max) return `${limitText} could never alarm: no value is above ${max}.`;
    if (isLow && allowedRange.min !== undefined && limit < allowedRange.min)
      return `${limitText} is below the lowest allowed value, ${allowedRange.min}.`;
    if (!isLow && allowedRange.max !== undefined && limit > allowedRange.max)
      return `${limitText} is above the highest allowed value, ${allowedRange.max}.`;
  }
  return crossingFault(group, limits);
}

/**
 * Returns a sentence that names two limits in the wrong order; undefined if the order is right. An extreme limit may be
 * equal to the plain limit of its side.
 */
function crossingFault(group: LimitGroup, limits: Limits): string | undefined {
  const ordered = bounds.flatMap((name) => (limits[name] === undefined ? [] : [{ name, limit: limits[name] }]));
  for (const [index, above] of ordered.entries()) {
    const below = ordered[index - 1];
    if (below === undefined || below.limit < above.limit) continue;
    const isPair =
      below.name === 'extremeLow' ? above.name === 'low' : above.name === 'extremeHigh' && below.name === 'high';
    if (isPair && below.limit === above.limit) continue;
    return `The ${boundLabels[below.name]} limit ${below.limit} of ${group} is not below the ${boundLabels[above.name]} limit ${above.limit}.`;
  }
  return undefined;
}

/** Returns the range that every sensor of the group can measure. */
function rangeOf(group: LimitGroup): { readonly min: number; readonly max: number } {
  const rows = [...parameters.values()].filter((row) => row.limits === group);
  return { min: Math.max(...rows.map((row) => row.min)), max: Math.min(...rows.map((row) => row.max)) };
}

/** Returns the patient's own limits after a change; undefined if no own limit is left. */
export function ownLimitsAfter(own: OwnLimits | undefined, asked: LimitsAsked | null): OwnLimits | undefined {
  if (asked === null) return undefined;
  const after = Object.entries({ ...own, ...asked }).filter(([, value]) => value !== null);
  return after.length === 0 ? undefined : Object.fromEntries(after);
}

/** Returns the limits that are in force: the patient's own limits replace the limits of the profile. */
export function mergeLimits(base: Limits, own: OwnLimits | undefined): Limits {
  const { off: _off, ...limits } = own ?? {};
  return { ...base, ...limits };
}

/**
 * Returns whether a change only removes own limits that the patient does not have. False for `null`, which removes all
 * own limits.
 */
function removesNothing(own: OwnLimits | undefined, asked: LimitsAsked | null): boolean {
  if (asked === null) return false;
  return Object.entries(asked).every(([name, value]) => value === null && own?.[name as keyof OwnLimits] === undefined);
}

/**
 * Returns a sentence that says why a change of a patient's limits is refused. Undefined if the change is allowed.
 * @param inForce the limits that are in force for the patient
 * @param nowMs wall clock, ms since 1970
 */
export function setLimitsFault(
  inForce: readonly GroupInForce[],
  group: LimitGroup,
  asked: LimitsAsked | null,
  nowMs: number,
): string | undefined {
  const current = inForce.find((limits) => limits.group === group);
  if (current === undefined)
    return `No limits of ${group} apply to this patient: there is no profile for the patient's category.`;
  if (asked !== null && Object.keys(asked).length === 0)
    return `The change names no limit of ${group}: nothing would change.`;
  if (removesNothing(current.own, asked)) return `The patient has no such limit of ${group}: nothing would change.`;
  if (asked !== null && current.off !== undefined && current.off.until === undefined)
    return `The limits of ${group} are switched off by the profile: ${current.off.reason}.`;
  const { off } = asked ?? {};
  if (off) {
    const untilMs = Date.parse(off.until);
    if (!(untilMs > nowMs)) return `Limits cannot be switched off until ${off.until}: this time is not in the future.`;
    if (untilMs > nowMs + limitsOffMsMax)
      return `Limits can be switched off for at most ${limitsOffMsMax / 3_600_000} h, not until ${off.until}.`;
  }
  const after = mergeLimits(current.base, ownLimitsAfter(current.own, asked));
  const fault = limitsFault(group, after);
  if (fault !== undefined || group !== 'HR') return fault;
  // Without own limits of the pulse, the limits of the heart rate apply to the pulse.
  const pulse = inForce.find((limits) => limits.group === 'PR');
  return pulse?.own && limitsFault('PR', mergeLimits(after, pulse.own));
}
