/**
 * A patient's own limits that no longer fit the profile, because the profile has changed since they were set. All of them go on judging, so
 * that no alarm is lost. An alarm names those that cross. Pure.
 */
import { limitsFault } from '../../../contracts/effective-limits.ts';
import type { Condition } from './condition.ts';
import type { Environment } from './environment.ts';
import { limitsInForce } from './in-force.ts';
import { type Overrides, profileInForce } from './judging.ts';
import type { Profile } from './profile.ts';
import type { State } from './state.ts';

/** One cached answer for each profile and patient, because every input asks for it. */
const cache = new WeakMap<Profile, WeakMap<Overrides, readonly Condition[]>>();
const none: readonly Condition[] = [];

export function crossingConditions(env: Environment, state: State): readonly Condition[] {
  for (const _group in state.overrides) return found(env, state);
  return none;
}

function found(env: Environment, state: State): readonly Condition[] {
  const profile = profileInForce(env, state);
  if (profile === undefined) return none;
  const ofProfile = cache.get(profile) ?? new WeakMap<Overrides, readonly Condition[]>();
  cache.set(profile, ofProfile);
  const before = ofProfile.get(state.overrides);
  if (before !== undefined) return before;
  const made = limitsInForce(env, state).groups.flatMap(({ group, limits, own, changed }) => {
    const fault = own && limitsFault(group, limits);
    // Its onset is the time at which the patient's own limits were set. That stays the same after every start.
    const setAt = changed === undefined ? 0 : Date.parse(changed.at);
    return fault === undefined ? [] : [conditionOf(`limits-cross-${group}`, `Own limits: ${fault}`, setAt)];
  });
  ofProfile.set(state.overrides, made);
  return made;
}

function conditionOf(name: string, text: string, since: number): Condition {
  return {
    ...{ key: name, name, chain: name, kind: 'technical', priority: 'medium', rank: 0, text },
    ...{ onset: since, determined: since, valueAt: since, excess: 0, late: false, outOfOrder: false },
  };
}
