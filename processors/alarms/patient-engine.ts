/**
 * The engine of one association, with the data that the owner of its partition keeps beside the engine's state. Pure.
 */
import type { AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import type { Environment } from './core/environment.ts';
import { limitsInForce } from './core/in-force.ts';
import type { CommandInput } from './core/inputs.ts';
import { profileInForce, rulesChangeScoreAlarms } from './core/judging.ts';
import { migrate } from './core/migrate.ts';
import type { EngineTask } from './core/not-judged.ts';
import { adultProfile } from './core/profile.ts';
import { rearm } from './core/rearm.ts';
import { checkFromSnapshot, type ScoresCheck } from './core/scores/view.ts';
import { initialState, type State } from './core/state.ts';
import { isSame, nothingPublished, type PublishedInForce } from './in-force.ts';

/** The next offsets to read. */
export type Position = { readonly observations: bigint; readonly commands: bigint };

/** The content of `AlarmState.engine`. `told`: the snapshots include the events of `alarms` before this offset. */
export type EngineSnapshot = { readonly v: 1; readonly state: unknown; readonly told: string };

type Retry = { readonly atMs: number; readonly waitMs: number };

/** An accepted command that failed in a replay: its next try, and the end of the tries; ms since 1970. */
export type FailedCommand = {
  readonly input: CommandInput;
  readonly againAtMs: number;
  readonly untilMs: number;
  /** The limits of the command, or the entries of the assessment, that later commands replaced. */
  readonly replaced: readonly string[];
};

export type PatientEngine = {
  readonly associationId: string;
  state: State;
  /** The restored state includes all records before these offsets. */
  readonly includedBefore: Position;
  /** After a restart: events of the last owner that are perhaps not in the restored state. */
  publishedEvents: AlarmEvent[];
  /** The newest event of each alarm since the last snapshot, by alarm (unsaved-events.ts). */
  unsavedEvents: Map<string, AlarmEvent>;
  /**
   * Since when each snapshot has failed, so that the snapshot in the log is older than the state; ms since 1970.
   * Undefined if the last snapshot was written.
   */
  unsavedSinceMs: number | undefined;
  /** Undefined if a snapshot includes the state. `from`: the first records that no snapshot includes. */
  dirty: { readonly from: Position; readonly atMs: number; urgent: boolean } | undefined;
  /** The association that the engine last received, as JSON. */
  associationText: string;
  inForce: PublishedInForce;
  /** The snapshot may be from another profile. So the present profile must judge the last values again. */
  readonly hasOtherProfile: boolean;
  scores: ScoresCheck | undefined;
  /** The time of the last reading, or of the creation of the engine; ms since 1970. */
  touchedMs: number;
  /** Accepted commands that failed in a replay, and are tried again (failed-commands.ts). */
  failedCommands: readonly FailedCommand[];
  /** The tasks that have failed: when each is tried again, by the wall clock, and how long it waits; ms. */
  retries: Readonly<Partial<Record<EngineTask, Retry>>>;
};

/** An engine is forgotten when it has been idle for this long and no patient needs it. */
const forgetMs = 24 * 60 * 60 * 1000;

export function newEngine(associationId: string, state: State, includedBefore: Position, nowMs: number): PatientEngine {
  return {
    associationId,
    state,
    includedBefore,
    publishedEvents: [],
    unsavedEvents: new Map(),
    unsavedSinceMs: undefined,
    dirty: undefined,
    associationText: JSON.stringify(state.association && { type: 'association', ...state.association }),
    inForce: nothingPublished,
    hasOtherProfile: false,
    scores: undefined,
    touchedMs: nowMs,
    failedCommands: [],
    retries: {},
  };
}

/**
 * Returns the engine exactly as a snapshot has it: not yet with the present clock and the present profile.
 * @throws if this version of the program cannot read the snapshot
 */
export function writtenEngine(body: AlarmState, nowMs: number): PatientEngine {
  const { associationId, offsets, limits, standby } = body;
  const { v, state: written } = body.engine as EngineSnapshot;
  const state = v === 1 ? migrate(associationId, written) : undefined;
  if (state === undefined) throw new Error('This version of Vigil cannot read the snapshot.');
  const includedBefore = { observations: BigInt(offsets.observations), commands: BigInt(offsets.commands) };
  return {
    ...newEngine(associationId, state, includedBefore, nowMs),
    hasOtherProfile: true,
    inForce: { limits, standby, madeFrom: undefined },
  };
}

/**
 * Returns an engine without alarms in place of a snapshot that cannot be read. Nobody knows whether the alarms of the
 * snapshot still hold. Keeps their last events: with these events, `realign` ends the alarms on the screens when the
 * partition becomes live.
 */
export function emptyEngine({ associationId, live }: AlarmState, nowMs: number): PatientEngine {
  const state = { ...initialState(associationId), deviceId: live[0]?.deviceId ?? null };
  const engine = newEngine(associationId, state, { observations: 0n, commands: 0n }, nowMs);
  for (const alarm of live) engine.publishedEvents.push({ type: 'updated', at: alarm.raisedAt, alarm });
  return engine;
}

/**
 * Returns an engine with the present clock and the present profile.
 * @param written the engine as the snapshot has it
 */
export function restoredEngine(
  env: Environment,
  { limits, scores }: AlarmState,
  written: PatientEngine,
  nowMs: number,
): PatientEngine {
  const { state } = written;
  const rearmed = rearm(state, profileInForce(env, state) ?? adultProfile, nowMs);
  const hasOtherProfile =
    (limits !== undefined && !isSame(limits.groups, limitsInForce(env, rearmed).groups)) ||
    rulesChangeScoreAlarms(env, rearmed);
  const engine: PatientEngine = {
    ...newEngine(written.associationId, rearmed, written.includedBefore, nowMs),
    hasOtherProfile,
    inForce: written.inForce,
    scores: checkFromSnapshot(scores),
  };
  // `rearm` changed these alarms because of the present clock. The screens get the changed alarms when the partition is
  // live.
  for (const [key, { alarm }] of Object.entries(state.book.live))
    if (rearmed.book.live[key]?.alarm !== alarm)
      engine.publishedEvents.push({ type: 'updated', at: alarm.raisedAt, alarm });
  return engine;
}

/**
 * Returns whether the engine can be forgotten. The engine must be idle, saved and without alarms. Its association must
 * have ended, must never have been in the table, or must belong to a device without a patient.
 */
export function isForgettable({ state, dirty, touchedMs }: PatientEngine, nowMs: number): boolean {
  if (dirty || Object.keys(state.book.live).length > 0 || nowMs - touchedMs < forgetMs) return false;
  const { association } = state;
  return association === null || association.endedAt !== null || association.category === 'unassigned';
}
