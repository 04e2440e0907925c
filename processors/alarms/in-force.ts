/** The limits in force and the standby of one patient, as the screens get them. */
import type { LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Environment } from './core/environment.ts';
import { limitsInForce } from './core/in-force.ts';
import { profileInForce } from './core/judging.ts';
import type { Profile } from './core/profile.ts';
import { standbyForScreens } from './core/standby.ts';
import type { State } from './core/state.ts';
import type { ScreenRecord } from './screen-record.ts';

/** The records that were published last; undefined if no such record was published. */
export type PublishedInForce = {
  readonly limits: LimitsInForce | undefined;
  readonly standby: StandbyInForce | undefined;
  /** The profile and the patient's own limits from which `limits` was made. */
  readonly madeFrom:
    | {
        readonly profile: Profile | undefined;
        readonly overrides: State['overrides'];
        readonly setBy: State['setBy'] | undefined;
      }
    | undefined;
};

export const nothingPublished: PublishedInForce = { limits: undefined, standby: undefined, madeFrom: undefined };

/** `records`: what must be published now. `published`: the last published records after this publication. */
type Publication = { readonly published: PublishedInForce; readonly records: readonly ScreenRecord[] };

export const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const noRecords: readonly ScreenRecord[] = [];

/**
 * Compares the limits in force and the standby with what was published last, and returns the records for the
 * differences.
 */
export function inForceNow(env: Environment, state: State, published: PublishedInForce, nowMs: number): Publication {
  const limits = limitsNow(env, state, published, nowMs);
  const standby = standbyNow(state, published.standby, nowMs);
  if (standby === undefined) return limits;
  return {
    published: { ...limits.published, standby },
    records: [...limits.records, { type: 'standby', body: standby }],
  };
}

function limitsNow(env: Environment, state: State, published: PublishedInForce, nowMs: number): Publication {
  const { associationId, association, overrides, setBy } = state;
  if (association === null) return { published, records: noRecords };
  const { madeFrom: before, limits: last } = published;
  const madeFrom = { profile: profileInForce(env, state), overrides, setBy };
  if (before?.profile === madeFrom.profile && before?.overrides === overrides && before?.setBy === setBy)
    return { published, records: noRecords };
  const { profile, groups, rules } = limitsInForce(env, state);
  if (last && isSame([last.profile, last.groups, last.rules], [profile, groups, rules]))
    return { published: { ...published, madeFrom }, records: noRecords };
  const limits = {
    associationId,
    rev: (last?.rev ?? 0) + 1,
    at: formatInstant(nowMs),
    profile,
    groups,
    ...(rules && { rules }),
  };
  return { published: { ...published, limits, madeFrom }, records: [{ type: 'limits-in-force', body: limits }] };
}

/** Returns the standby record to publish; undefined if the standby has not changed since the last publication. */
function standbyNow(
  { associationId, standby: part }: State,
  last: StandbyInForce | undefined,
  nowMs: number,
): StandbyInForce | undefined {
  if (part === null && !last?.standby) return undefined;
  const standby = standbyForScreens(part);
  if (isSame(last?.standby ?? null, standby)) return undefined;
  return { associationId, rev: (last?.rev ?? 0) + 1, at: formatInstant(nowMs), standby };
}

/**
 * Adopts a record of the last owner if its revision is higher than the revision in the snapshot. The next revisions
 * continue from this revision, because screens accept only rising revisions.
 */
export function adoptPublished(engine: { inForce: PublishedInForce }, record: LimitsInForce | StandbyInForce): void {
  const { inForce } = engine;
  const before = 'groups' in record ? inForce.limits : inForce.standby;
  if (record.rev <= (before?.rev ?? 0)) return;
  engine.inForce =
    'groups' in record ? { ...inForce, limits: record, madeFrom: undefined } : { ...inForce, standby: record };
}
