/** Which rules judge one patient: the ward's profile, with the patient's own limits over it. Pure. */
import type { OwnLimits } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Environment } from './environment.ts';
import { type RulesOf, refoldLimits } from './limits.ts';
import { type GroupRules, type Profile, rulesOfPatient } from './profile.ts';
import { builtInScores, type ScoreRules } from './scores/score-rules.ts';
import { refoldScores } from './scores/scores.ts';
import type { State } from './state.ts';

export type Overrides = Readonly<Partial<Record<LimitGroup, OwnLimits>>>;

/** The period has ended: no patient is on this device, so its state concerns nobody. */
export const isOver = ({ association }: State) => (association?.endedAt ?? null) !== null;

/** Early warning scores are for adults only. A device without a patient may be on any patient, so it has none. */
export const isScored = (state: State) => state.association?.category === 'adult' && !isOver(state);

/** Returns the profile that judges the patient; undefined if the category has no profile or is not known. */
export function profileInForce(env: Environment, { association }: State): Profile | undefined {
  const { category = null, ward = null } = association ?? {};
  return category === null ? undefined : env.profile(category, ward);
}

/** Returns the rules for the patient's scores. */
export const scoreRulesIn = (env: Environment, state: State): ScoreRules =>
  profileInForce(env, state)?.scores ?? builtInScores;

export const rulesIn = (env: Environment, state: State): RulesOf =>
  rulesOf(profileInForce(env, state), state.overrides);

/** Returns the state after its rules changed: they judge the last values at once. @param before the rules until now */
export const refolded = (env: Environment, state: State, before: RulesOf): State => ({
  ...state,
  limits: refoldLimits(state.limits, before, rulesIn(env, state)),
  scores: isScored(state) ? refoldScores(state.scores, scoreRulesIn(env, state)) : state.scores,
});

/** Returns whether the rules in force give other score alarms than those in the state. */
export function isScoredOtherwise(env: Environment, state: State): boolean {
  if (!isScored(state)) return false;
  const { held } = refoldScores(state.scores, scoreRulesIn(env, state)).head;
  return JSON.stringify(held) !== JSON.stringify(state.scores.head.held);
}

/** One cached answer for each profile and patient. Every reading asks for it; it changes only with the limits. */
const cache = new WeakMap<Profile, WeakMap<Overrides, RulesOf>>();

export function rulesOf(profile: Profile | undefined, overrides: Overrides): RulesOf {
  if (profile === undefined) return none;
  let ofProfile = cache.get(profile);
  if (ofProfile === undefined) {
    ofProfile = new WeakMap();
    cache.set(profile, ofProfile);
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
 * Returns the rules of one group. The limits of the heart rate judge the pulse too, because they are one rate (CLINICAL, "Judged or told",
 * 8). The pulse has the pleth's delays, and the patient's own pulse limits if there are any.
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
