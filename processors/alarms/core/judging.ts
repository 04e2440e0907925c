/** Which rules judge one patient: the profile of the ward and the patient's own limits over it. Pure. */
import type { Limits } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup, Parameter } from '../../../contracts/parameters.ts';
import type { RulesOf } from './limits.ts';
import { type GroupRules, type Profile, rulesOfPatient } from './profile.ts';

type Overrides = Readonly<Partial<Record<LimitGroup, Limits>>>;

/** One answer for each profile and patient: it is asked for with each reading, and changes when somebody changes limits. */
const known = new WeakMap<Profile, WeakMap<Overrides, RulesOf>>();

export function rulesOf(profile: Profile | undefined, overrides: Overrides): RulesOf {
  if (profile === undefined) return none;
  let ofProfile = known.get(profile);
  if (ofProfile === undefined) {
    ofProfile = new WeakMap();
    known.set(profile, ofProfile);
  }
  let found = ofProfile.get(overrides);
  if (found === undefined) {
    found = make(profile, overrides);
    ofProfile.set(overrides, found);
  }
  return found;
}

const none: RulesOf = () => undefined;

function make(profile: Profile, overrides: Overrides): RulesOf {
  const groups = Object.keys(profile.groups) as LimitGroup[];
  const made = new Map(groups.map((group) => [group, ofGroup(profile, overrides, group)]));
  return ({ limits }: Parameter) => (limits === undefined ? undefined : made.get(limits));
}

/** A pulse is judged by the limits of the heart rate, since it is one rate (CLINICAL, "Judged or told", 8), after the pleth's delays. */
function ofGroup(profile: Profile, overrides: Overrides, group: LimitGroup): GroupRules | undefined {
  if (group !== 'PR' || overrides.PR !== undefined) return rulesOfPatient(profile.groups[group], overrides[group]);
  const rules = rulesOfPatient(profile.groups.HR, overrides.HR);
  const pleth = profile.groups.PR;
  if (rules === undefined || 'off' in pleth) return rules;
  return {
    ...rules,
    ...(rules.low && { low: { ...rules.low, delay: pleth.low?.delay ?? rules.low.delay } }),
    ...(rules.high && { high: { ...rules.high, delay: pleth.high?.delay ?? rules.high.delay } }),
  };
}
