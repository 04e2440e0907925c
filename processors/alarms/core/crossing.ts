/**
 * Detects own limits of a patient that no longer fit the profile after a change of the profile. All these limits still
 * raise alarms. A technical alarm names the limits that cross. Pure.
 */
import { limitsFault } from '../../../contracts/effective-limits.ts';
import { type Condition, technicalCondition } from './condition.ts';
import type { Environment } from './environment.ts';
import { limitsInForce } from './in-force.ts';
import { type Overrides, profileInForce } from './judging.ts';
import type { Profile } from './profile.ts';
import type { State } from './state.ts';

/** Caches the conditions for each profile and patient, because every input needs them. */
const cache = new WeakMap<Profile, WeakMap<Overrides, readonly Condition[]>>();
const noConditions: readonly Condition[] = [];

/** Returns one technical condition for each group whose limits cross. */
export function crossingConditions(env: Environment, state: State): readonly Condition[] {
  for (const _group in state.overrides) return cachedConditions(env, state);
  return noConditions;
}

function cachedConditions(env: Environment, state: State): readonly Condition[] {
  const profile = profileInForce(env, state);
  if (profile === undefined) return noConditions;
  const cacheOfProfile = cache.get(profile) ?? new WeakMap<Overrides, readonly Condition[]>();
  cache.set(profile, cacheOfProfile);
  const cached = cacheOfProfile.get(state.overrides);
  if (cached !== undefined) return cached;
  const conditions = limitsInForce(env, state).groups.flatMap(({ group, limits, own, changed }) => {
    const fault = own && limitsFault(group, limits);
    // The onset is the time at which a person set the limits, so a restart of this process does not change the onset.
    const setAt = changed === undefined ? 0 : Date.parse(changed.at);
    return fault === undefined
      ? []
      : [technicalCondition(`limits-cross-${group}`, 'medium', `Own limits: ${fault}`, setAt)];
  });
  cacheOfProfile.set(state.overrides, conditions);
  return conditions;
}
