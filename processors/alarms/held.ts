/** One patient's engine, as the owner of its partition keeps it. Pure. */
import type { AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import type { Environment } from './core/environment.ts';
import { limitsInForce } from './core/in-force.ts';
import { isScoredOtherwise, profileInForce } from './core/judging.ts';
import { migrate } from './core/migrate.ts';
import { adultProfile } from './core/profile.ts';
import { rearm } from './core/rearm.ts';
import { checkFromSnapshot, type ScoresCheck } from './core/scores/view.ts';
import type { State } from './core/state.ts';
import { type InForceTold, isSame, nothingTold } from './in-force.ts';

/** Next offsets to read. */
export type Position = { readonly observations: bigint; readonly commands: bigint };

/** The content of `AlarmState.engine`. `told`: events in `alarms` before this offset are in the snapshots. */
export type EngineSnapshot = { readonly v: 1; readonly state: unknown; readonly told: string };

export type Held = {
  readonly associationId: string;
  state: State;
  /** The state already includes the records before these. */
  readonly since: Position;
  told: AlarmEvent[];
  /** The first records that no snapshot includes. */
  dirty: { readonly from: Position; readonly atMs: number; urgent: boolean } | undefined;
  association: string;
  inForce: InForceTold;
  /** The snapshot was taken under another profile: the present profile judges the last values at once. */
  readonly hasOtherProfile: boolean;
  scores: ScoresCheck | undefined;
  touchedMs: number;
};

/** An association is forgotten when it has been idle for this long and has ended, was never known, or is a device without a patient. */
const forgetMs = 24 * 60 * 60 * 1000;

export function freshHeld(associationId: string, state: State, since: Position, nowMs: number): Held {
  const association = JSON.stringify(state.association && { type: 'association', ...state.association });
  const unknown = { inForce: nothingTold, hasOtherProfile: false, scores: undefined };
  return { associationId, state, since, told: [], dirty: undefined, association, ...unknown, touchedMs: nowMs };
}

/** @returns undefined if the form of the snapshot is not known */
export function restoredHeld(env: Environment, body: AlarmState, nowMs: number): Held | undefined {
  const { associationId, offsets, limits, scores, standby } = body;
  const { v, state: written } = body.engine as EngineSnapshot;
  const state = v === 1 ? migrate(associationId, written) : undefined;
  if (state === undefined) return undefined;
  const since = { observations: BigInt(offsets.observations), commands: BigInt(offsets.commands) };
  const rearmed = rearm(state, profileInForce(env, state) ?? adultProfile, nowMs);
  const hasOtherProfile =
    (limits !== undefined && !isSame(limits.groups, limitsInForce(env, rearmed).groups)) ||
    isScoredOtherwise(env, rearmed);
  const known = { hasOtherProfile, inForce: { limits, standby, of: undefined }, scores: checkFromSnapshot(scores) };
  const held = { ...freshHeld(associationId, rearmed, since, nowMs), ...known };
  // By the present clock this alarm differs from the one on the screens. They get the change when the past is replayed.
  for (const [key, { alarm }] of Object.entries(state.book.live))
    if (rearmed.book.live[key]?.alarm !== alarm) held.told.push({ type: 'updated', at: alarm.raisedAt, alarm });
  return held;
}

export function isForgettable({ state, dirty, touchedMs }: Held, nowMs: number): boolean {
  if (dirty || Object.keys(state.book.live).length > 0 || nowMs - touchedMs < forgetMs) return false;
  const { association } = state;
  return association === null || association.endedAt !== null || association.category === 'unassigned';
}
