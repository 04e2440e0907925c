/** The rules that judge one patient: the ward's profile, changed by the patient's own limits. Pure. */
import type { OwnLimits } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Environment } from './environment.ts';
import { judgeLimitsAgain, type RulesOf } from './limits.ts';
import { type GroupRules, type Profile, rulesOfPatient } from './profile.ts';
import { builtInScores, type ScoreRules } from './scores/score-rules.ts';
import { judgeScoresAgain } from './scores/scores.ts';
import type { State } from './state.ts';

export type Overrides = Readonly<Partial<Record<LimitGroup, OwnLimits>>>;

/** Returns whether the patient's time at this device has ended. */
export const isPeriodOver = ({ association }: State) => (association?.endedAt ?? null) !== null;

/** Returns whether the patient gets early warning scores: only adults do, and only while they are at the device. */
export const isScored = (state: State) => state.association?.category === 'adult' && !isPeriodOver(state);

/** Returns the profile that judges the patient; undefined if the patient's category is not known or has no profile. */
export function profileInForce(env: Environment, { association }: State): Profile | undefined {
  const { category = null, ward = null } = association ?? {};
  return category === null ? undefined : env.profile(category, ward);
}

/** Returns the rules for the patient's scores. */
export const scoreRulesIn = (env: Environment, state: State): ScoreRules =>
  profileInForce(env, state)?.scores ?? builtInScores;

/** Returns the rules that judge the patient's values. */
export const rulesIn = (env: Environment, state: State): RulesOf =>
  rulesOf(profileInForce(env, state), state.overrides);

/**
 * Returns the state after a change of its rules: the new rules judge the last values immediately.
 * @param before the rules until now
 */
export const judgeAgain = (env: Environment, state: State, before: RulesOf): State => ({
  ...state,
  limits: judgeLimitsAgain(state.limits, before, rulesIn(env, state)),
  scores: isScored(state) ? judgeScoresAgain(state.scores, scoreRulesIn(env, state)) : state.scores,
});

/** Returns whether the score alarms by the present rules differ from the score alarms in the state. */
export function rulesChangeScoreAlarms(env: Environment, state: State): boolean {
  if (!isScored(state)) return false;
  const { held } = judgeScoresAgain(state.scores, scoreRulesIn(env, state)).head;
  return JSON.stringify(held) !== JSON.stringify(state.scores.head.held);
}

/** Caches the rules for each profile and patient, because every reading needs them. */
const cache = new WeakMap<Profile, WeakMap<Overrides, RulesOf>>();

/** Returns the rules of a profile, changed by a patient's own limits. */
export function rulesOf(profile: Profile | undefined, overrides: Overrides): RulesOf {
  if (profile === undefined) return noRules;
  let cacheOfProfile = cache.get(profile);
  if (cacheOfProfile === undefined) {
    cacheOfProfile = new WeakMap();
    cache.set(profile, cacheOfProfile);
  }
  let rules = cacheOfProfile.get(overrides);
  if (rules === undefined) {
    rules = makeRules(profile, overrides);
    cacheOfProfile.set(overrides, rules);
  }
  return rules;
}

const noRules: RulesOf = () => undefined;

function makeRules(profile: Profile, overrides: Overrides): RulesOf {
  const groups = Object.keys(profile.groups) as LimitGroup[];
  const byGroup = new Map(groups.map((group) => [group, rulesOfGroup(profile, overrides, group)]));
  return ({ limits }) => (limits === undefined ? undefined : byGroup.get(limits));
}

/**
 * Returns the rules of one group. The limits of the heart rate judge the pulse too, because heart rate and pulse are
 * one rate (CLINICAL, "Judged or told", 8). The pulse has the delays of its own group. A patient's own limits of the
 * pulse replace the heart rate's limits.
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
