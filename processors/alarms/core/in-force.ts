/** The limits that judge a patient, for the screens (contracts/messages/alarms.ts, `LimitsInForce`). Pure. */
import type { GroupInForce, Limits, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import type { Environment } from './environment.ts';
import { profileInForce, rulesOfGroup } from './judging.ts';
import { adultProfile, type GroupRules, type Profile } from './profile.ts';
import type { State } from './state.ts';

/** Returns the limits in force. There are no groups if the patient has no profile. */
export function limitsInForce(env: Environment, state: State): Pick<LimitsInForce, 'profile' | 'groups' | 'rules'> {
  const profile = profileInForce(env, state);
  if (profile === undefined) return { profile: null, groups: [] };
  const { source, groups: rules } = profile;
  const groups = limitGroups.map((group) => inForce(profile, state, group));
  return { profile: source, groups, ...(source.origin !== 'built-in' && { rules }) };
}

/** Returns the profile from which limits in force were made; undefined if the message does not contain it. */
export function profileOfMessage({ profile, rules }: Pick<LimitsInForce, 'profile' | 'rules'>): Profile | undefined {
  if (profile === null) return undefined;
  if (profile.origin === 'built-in') return { ...adultProfile, source: profile };
  // The message does not contain the engine's times. Other times only change when an unanswered call escalates or calls again.
  return rules && { ...adultProfile, source: profile, groups: rules };
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

/** Returns why a group is off. The pulse is off if the heart rate is off, because the limits of the heart rate judge it. */
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
