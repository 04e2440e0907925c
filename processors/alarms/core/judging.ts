/** Which rules judge one patient: the profile of the ward and the patient's own limits over it. Pure. */
import type { OwnLimits } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Environment } from './environment.ts';
import { type RulesOf, refoldLimits } from './limits.ts';
import { type GroupRules, type Profile, rulesOfPatient } from './profile.ts';
import { builtInScores, type ScoreRules } from './scores/score-rules.ts';
import { refoldScores } from './scores/scores.ts';
import type { State } from './state.ts';

export type Overrides = Readonly<Partial<Record<LimitGroup, OwnLimits>>>;

/** The period has ended: nobody is at the device whom the state of the device could concern. */
export const isOver = ({ association }: State) => (association?.endedAt ?? null) !== null;

/** Early warning scores are for adults alone: a device without a patient may be on anyone. */
export const isScored = (state: State) => state.association?.category === 'adult' && !isOver(state);

/** What the patient is judged by; undefined where the category has no profile, or is not known. */
export function profileInForce(env: Environment, { association }: State): Profile | undefined {
  const { category = null, ward = null } = association ?? {};
  return category === null ? undefined : env.profile(category, ward);
}

/** What the patient's scores are judged by. */
export const scoreRulesIn = (env: Environment, state: State): ScoreRules =>
  profileInForce(env, state)?.scores ?? builtInScores;

export const rulesIn = (env: Environment, state: State): RulesOf =>
  rulesOf(profileInForce(env, state), state.overrides);

/** The state after a change of what judges it: the last values are judged by that at once. @param before what judged them until now */
export const refolded = (env: Environment, state: State, before: RulesOf): State => ({
  ...state,
  limits: refoldLimits(state.limits, before, rulesIn(env, state)),
  scores: isScored(state) ? refoldScores(state.scores, scoreRulesIn(env, state)) : state.scores,
});

/** Whether the rules in force make other alarms of the last sets than those that a state was written under. */
export function isScoredOtherwise(env: Environment, state: State): boolean {
  if (!isScored(state)) return false;
  const { held } = refoldScores(state.scores, scoreRulesIn(env, state)).head;
  return JSON.stringify(held) !== JSON.stringify(state.scores.head.held);
}

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
  const made = new Map(groups.map((group) => [group, rulesOfGroup(profile, overrides, group)]));
  return ({ limits }) => (limits === undefined ? undefined : made.get(limits));
}

/**
 * What judges one group. A pulse is judged by the limits of the heart rate, since it is one rate (CLINICAL, "Judged or told", 8), after
 * the pleth's delays, and under its own limits where the patient has such.
 */
export function rulesOfGroup(profile: Profile, overrides: Overrides, group: LimitGroup): GroupRules | undefined {
  if (group !== 'PR') return rulesOfPatient(profile.groups[group], overrides[group]);
  const rules = rulesOfPatient(profile.groups.HR, overrides.HR);
  const pleth = profile.groups.PR;
  if (rules === undefined || 'off' in pleth) return rulesOfPatient(rules, overrides.PR);
  const delayed = {
    ...rules,
    ...(rules.low && { low: { ...rules.low, delay: pleth.low?.delay ?? rules.low.delay } }),
    ...(rules.high && { high: { ...rules.high, delay: pleth.high?.delay ?? rules.high.delay } }),
  };
  return rulesOfPatient(delayed, overrides.PR);
}
