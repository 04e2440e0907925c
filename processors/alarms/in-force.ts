/** What the screens get for one patient beside the alarms: the limits in force, and whether the bed is on standby. */
import type { LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Environment } from './core/environment.ts';
import { limitsInForce } from './core/in-force.ts';
import { profileInForce } from './core/judging.ts';
import type { Profile } from './core/profile.ts';
import { standbyShown } from './core/standby.ts';
import type { State } from './core/state.ts';
import type { Published } from './published.ts';

/** What was published last; undefined if nothing was. */
export type InForceTold = {
  readonly limits: LimitsInForce | undefined;
  readonly standby: StandbyInForce | undefined;
  /** The profile and own limits from which the limits were made. */
  readonly of:
    | {
        readonly profile: Profile | undefined;
        readonly overrides: State['overrides'];
        readonly setBy: State['setBy'] | undefined;
      }
    | undefined;
};

export const nothingTold: InForceTold = { limits: undefined, standby: undefined, of: undefined };

type Told = { readonly told: InForceTold; readonly records: readonly Published[] };

export const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const none: readonly Published[] = [];

/** Returns what holds now, and the records for what has changed since it was last published. */
export function inForceNow(env: Environment, state: State, told: InForceTold, nowMs: number): Told {
  const limits = limitsNow(env, state, told, nowMs);
  const standby = standbyNow(state, told.standby, nowMs);
  if (standby === undefined) return limits;
  return {
    told: { ...limits.told, standby },
    records: [...limits.records, { type: 'standby', body: standby }],
  };
}

function limitsNow(env: Environment, state: State, told: InForceTold, nowMs: number): Told {
  const { associationId, association, overrides, setBy } = state;
  const before = told.of;
  if (association === null) return { told, records: none };
  const of = { profile: profileInForce(env, state), overrides, setBy };
  if (before?.profile === of.profile && before?.overrides === overrides && before?.setBy === setBy)
    return { told, records: none };
  const { profile, groups, rules } = limitsInForce(env, state);
  const { limits: last } = told;
  if (last && isSame([last.profile, last.groups, last.rules], [profile, groups, rules]))
    return { told: { ...told, of }, records: none };
  const limits = {
    associationId,
    rev: (last?.rev ?? 0) + 1,
    at: formatInstant(nowMs),
    profile,
    groups,
    ...(rules && { rules }),
  };
  return { told: { ...told, limits, of }, records: [{ type: 'limits-in-force', body: limits }] };
}

function standbyNow(
  { associationId, standby: part }: State,
  last: StandbyInForce | undefined,
  nowMs: number,
): StandbyInForce | undefined {
  if (part === null && !last?.standby) return undefined;
  const standby = standbyShown(part);
  if (isSame(last?.standby ?? null, standby)) return undefined;
  return { associationId, rev: (last?.rev ?? 0) + 1, at: formatInstant(nowMs), standby };
}

/**
 * Takes what the last owner published; that owner may have died before its snapshot. Later revisions count on from it. Otherwise no screen
 * would accept them.
 */
export function noteTold(held: { inForce: InForceTold }, one: LimitsInForce | StandbyInForce): void {
  const before = 'groups' in one ? held.inForce.limits : held.inForce.standby;
  if (one.rev <= (before?.rev ?? 0)) return;
  held.inForce = 'groups' in one ? { ...held.inForce, limits: one, of: undefined } : { ...held.inForce, standby: one };
}
