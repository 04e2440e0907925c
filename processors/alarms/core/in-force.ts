/** The limits that judge a patient, as the screens show them (contracts/messages/alarms.ts, `LimitsInForce`). Pure. */
import type { GroupInForce, Limits, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import type { Environment } from './engine.ts';
import { profileInForce, rulesOfGroup } from './judging.ts';
import type { GroupRules, Profile } from './profile.ts';
import type { State } from './state.ts';

/** No group where no profile is for the patient. */
export function limitsInForce(env: Environment, state: State): Pick<LimitsInForce, 'profile' | 'groups'> {
  const profile = profileInForce(env, state);
  if (profile === undefined) return { profile: null, groups: [] };
  return { profile: profile.source, groups: limitGroups.map((group) => inForce(profile, state, group)) };
}

function inForce(profile: Profile, { overrides, setBy }: State, group: LimitGroup): GroupInForce {
  const { [group]: own, ...others } = overrides;
  const changed = setBy?.[group];
  const off = offOf(profile, overrides, group);
  return {
    group,
    limits: boundsOf(rulesOfGroup(profile, overrides, group)),
    base: boundsOf(rulesOfGroup(profile, others, group)),
    ...(own && { own }),
    ...(changed && { changed }),
    ...(off && { off }),
  };
}

/** A pulse is off where the heart rate is, whose limits judge it. */
function offOf(profile: Profile, overrides: State['overrides'], group: LimitGroup): GroupInForce['off'] {
  const own = overrides[group]?.off ?? (group === 'PR' ? overrides.HR?.off : undefined);
  const rules = profile.groups[group === 'PR' ? 'HR' : group];
  return 'off' in rules ? { reason: rules.off } : own;
}

function boundsOf(rules: GroupRules | undefined): Limits {
  const { low, high, extremeLow, extremeHigh } = rules ?? {};
  return {
    ...(extremeLow !== undefined && { extremeLow }),
    ...(low && { low: low.limit }),
    ...(high && { high: high.limit }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
}
