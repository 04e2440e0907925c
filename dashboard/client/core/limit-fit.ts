/**
 * For a patient with many alarms: chooses the limits to compare. These are the limit in force and some wider limits.
 * Pure.
 */
import { type BoundName, limitsFault } from '../../../contracts/effective-limits.ts';
import type { GroupInForce, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';

/**
 * The distance between two compared limits, in the unit of the group (ours). A clinician would change a limit by such a
 * step.
 */
const steps: Readonly<Record<LimitGroup, number>> = {
  HR: 5,
  PR: 5,
  SpO2: 1,
  RR: 2,
  BPsys: 5,
  BPmean: 5,
  Temp: 0.2,
  EtCO2: 2,
};
/** Number of wider limits (ours). */
const widerCount = 4;

export type LimitFit = {
  readonly group: LimitGroup;
  readonly bound: BoundName;
  readonly inForce: number;
  /** Wider limits that may be set, the nearest first. */
  readonly wider: readonly number[];
};

/**
 * Returns the limits to compare for a condition such as `HR.high`. Undefined if the condition is not a breach of a low
 * or high limit, if this limit is not in force or is switched off, or if nobody may set a wider limit.
 */
export function limitFit(condition: string, inForce: LimitsInForce | null): LimitFit | undefined {
  const match = /^([A-Za-z0-9]+)\.(low|high)$/.exec(condition);
  const ofGroup = inForce?.groups.find(({ group }) => group === match?.[1]);
  const bound = match?.[2] as 'low' | 'high' | undefined;
  if (ofGroup === undefined || bound === undefined || ofGroup.off !== undefined) return undefined;
  const limit = ofGroup.limits[bound];
  if (limit === undefined) return undefined;
  const wider = widerLimits(ofGroup, bound, limit);
  return wider.length === 0 ? undefined : { group: ofGroup.group, bound, inForce: limit, wider };
}

function widerLimits({ group, limits }: GroupInForce, bound: 'low' | 'high', limit: number): number[] {
  const step = bound === 'high' ? steps[group] : -steps[group];
  const candidates = Array.from({ length: widerCount }, (_, index) => Number((limit + step * (index + 1)).toFixed(1)));
  const refused = candidates.findIndex(
    (candidate) => limitsFault(group, { ...limits, [bound]: candidate }) !== undefined,
  );
  return refused === -1 ? candidates : candidates.slice(0, refused);
}
