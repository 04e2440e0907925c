/** Creates limits in force for tests: the limits of the adult profile. The arguments replace members. */
import { adultLimits } from '../adult-limits.ts';
import { mergeLimits } from '../effective-limits.ts';
import { type LimitGroup, limitGroups } from '../parameters.ts';
import type { GroupInForce, LimitsInForce } from './alarms.ts';

export function newLimits(
  associationId: string,
  groups: Partial<Record<LimitGroup, Partial<GroupInForce>>> = {},
  more: Partial<LimitsInForce> = {},
): LimitsInForce {
  // The limits of the heart rate also apply to the pulse.
  const limitsOf = (group: LimitGroup) =>
    groups[group]?.limits ?? mergeLimits(groups[group]?.base ?? adultLimits[group], groups[group]?.own);
  return {
    associationId,
    rev: 1,
    at: '2026-01-01T08:00:00.000Z',
    profile: { origin: 'built-in', version: '1' },
    groups: limitGroups.map((group) => {
      const base = groups[group]?.base ?? (group === 'PR' ? limitsOf('HR') : adultLimits[group]);
      return { group, base, limits: mergeLimits(base, groups[group]?.own), ...groups[group] };
    }),
    ...more,
  };
}
