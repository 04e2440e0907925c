/**
 * The limits that judge a patient, in the form for the screens (contracts/messages/alarms.ts, `LimitsInForce`). Pure.
 */
import type { GroupInForce, Limits, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import type { Environment } from './environment.ts';
import { profileInForce, rulesOfGroup } from './judging.ts';
import { adultProfile, type GroupRules, type Profile } from './profile.ts';
import type { State } from './state.ts';

/** Returns the limits that judge the patient. If the patient has no profile, the list of groups is empty. */
export function limitsInForce(env: Environment, state: State): Pick<LimitsInForce, 'profile' | 'groups' | 'rules'> {
  const profile = profileInForce(env, state);
  if (profile === undefined) return { profile: null, groups: [] };
  const { source, groups: rules } = profile;
  const groups = limitGroups.map((group) => inForce(profile, state, group));
  return { profile: source, groups, ...(source.origin !== 'built-in' && { rules }) };
}

/**
 * Returns the profile from which a message with limits was made; undefined if the message does not contain the profile.
 */
export function profileOfMessage({ profile, rules }: Pick<LimitsInForce, 'profile' | 'rules'>): Profile | undefined {
  if (profile === null) return undefined;
  if (profile.origin === 'built-in') return { ...adultProfile, source: profile };
  // The message does not contain the times of escalation and re-alarm, so the built-in times are used.
  return rules && { ...adultProfile, source: profile, groups: rules };
}

function inForce(profile: Profile, { overrides, setBy }: State, group: LimitGroup): GroupInForce {
  const { [group]: own, ...others } = overrides;
  const changed = setBy?.[group];
  const rules = rulesOfGroup(profile, overrides, group);
  // The patient's own limits of the pulse are judged even if the heart rate is off. So the pulse is then not off.
  const isJudged = rules?.low !== undefined || rules?.high !== undefined;
  const off = isJudged ? undefined : offOf(profile, overrides, group);
  return {
    group,
    limits: boundsOf(rules),
    base: boundsOf(rulesOfGroup(profile, others, group)),
    ...(own && { own }),
    ...(changed && { changed }),
    ...(off && { off }),
  };
}

/**
 * Returns why a group without a low and a high limit is off. If the heart rate is off, the pulse is off too, because
 * the limits of the heart rate judge the pulse.
 */
function offOf(profile: Profile, overrides: State['overrides'], group: LimitGroup): GroupInForce['off'] {
  const patientOff = overrides[group]?.off ?? (group === 'PR' ? overrides.HR?.off : undefined);
  const rules = profile.groups[group === 'PR' ? 'HR' : group];
  return 'off' in rules ? { reason: rules.off } : patientOff;
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
