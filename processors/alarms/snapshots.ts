/**
 * Takes the due snapshots of a partition, and computes the offsets that the group may commit after the snapshots are
 * written.
 */
import { minuteMs } from '../../contracts/durations.ts';
import type { AlarmState } from '../../contracts/messages/alarms.ts';
import type { Scores } from '../../contracts/messages/scores.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Environment } from './core/environment.ts';
import { scoresOf } from './core/scores/view.ts';
import type { State } from './core/state.ts';
import type { PartitionState } from './partition-state.ts';
import { type EngineSnapshot, isForgettable, type PatientEngine, type Position } from './patient-engine.ts';
import { quietShareOf } from './quiet-share.ts';
import { publishUnsaved, restoreUnsavedEvents } from './unsaved-events.ts';

/** A record of `alarm-state`. A null body is a tombstone. */
export type Snapshot = { readonly associationId: string; readonly body: AlarmState | null };

export type Flush = {
  readonly snapshots: readonly Snapshot[];
  /** The offsets that the group may commit after all snapshots are written or left out. */
  readonly position: Position;
  /** Marks the engines as unsaved again. Called if the snapshots could not be written. */
  readonly undo: () => void;
  /** Called for a snapshot that was left out, because it is too large for a record. */
  readonly noteUnsaved: (associationId: string) => void;
};

/**
 * Returns the due snapshots of engines, and tombstones of forgotten engines.
 * @param quietMs the longest wait for the snapshot of an engine that got only readings
 * @param eventsBefore the snapshots in Kafka include the events of `alarms` before this offset
 */
export function takeSnapshots(partition: PartitionState, nowMs: number, quietMs: number, eventsBefore: bigint): Flush {
  const { engines } = partition;
  const isDue = ({ dirty, associationId }: PatientEngine) =>
    dirty && (dirty.urgent || nowMs - dirty.atMs >= quietMs * quietShareOf(associationId));
  const due = [...engines.values()].filter(isDue);
  const unsaved = due.map((engine) => ({ engine, dirty: engine.dirty! }));
  const before = new Map(due.map((engine) => [engine, savingOf(engine)]));
  const notWritten = (engine: PatientEngine) => {
    const saving = before.get(engine);
    if (!saving || saving.unsavedEvents === engine.unsavedEvents) return;
    engine.unsavedSinceMs = saving.unsavedSinceMs;
    restoreUnsavedEvents(engine, saving.unsavedEvents);
  };
  const noteUnsaved = (associationId: string) => {
    const engine = engines.get(associationId);
    if (!engine) return;
    notWritten(engine);
    engine.unsavedSinceMs ??= nowMs;
  };
  const undo = () => {
    for (const { engine, dirty } of unsaved) {
      notWritten(engine);
      engine.dirty = { from: dirty.from, atMs: dirty.atMs, urgent: dirty.urgent || (engine.dirty?.urgent ?? false) };
    }
  };
  try {
    return { ...takeDue(partition, due, nowMs, eventsBefore), noteUnsaved, undo };
  } catch (error) {
    // Otherwise a later round could commit the offsets of engines that are not saved.
    undo();
    throw error;
  }
}

function takeDue(
  partition: PartitionState,
  due: readonly PatientEngine[],
  nowMs: number,
  eventsBefore: bigint,
): Omit<Flush, 'noteUnsaved' | 'undo'> {
  const { engines, position, options } = partition;
  for (const engine of due) engine.dirty = undefined;
  moveEventsIncluded(partition, eventsBefore, nowMs);
  const notDue = [...engines.values()].flatMap(({ dirty }) => (dirty ? [dirty.from] : []));
  const snapshots = due.flatMap((engine): Snapshot[] => {
    const body = trySnapshot(partition, engine, nowMs);
    if (body === undefined) engine.unsavedSinceMs ??= nowMs;
    else Object.assign(engine, { unsavedSinceMs: undefined, unsavedEvents: new Map() });
    return body === undefined ? [] : [{ associationId: engine.associationId, body }];
  });
  for (const engine of engines.values()) {
    if (!isForgettable(engine, nowMs)) continue;
    engines.delete(engine.associationId);
    options.counters.tombstones += 1;
    snapshots.push({ associationId: engine.associationId, body: null });
  }
  return { snapshots, position: lowestOf(position, notDue) };
}

const savingOf = ({ unsavedSinceMs, unsavedEvents }: PatientEngine) => ({ unsavedSinceMs, unsavedEvents });

/**
 * If the offset in `alarms` has not moved for this time, the events that hold it are published again, ms (ours). So the
 * next owner reads at most the events of about this time, and the events are repeated seldom.
 */
export const includedAgainMs = 5 * minuteMs;

/**
 * Moves the offset in `alarms` before which the snapshots of this owner include each event. The next owner reads the
 * events from this offset on. So the offset stays while the events of one patient are not in the patient's snapshot, or
 * were not compared with the state yet. After some minutes, these events are published again, and the offset moves:
 * otherwise the next owner would have to read an unlimited part of `alarms`. Before the partition is live, no restored
 * events are compared, so the offset stays.
 */
function moveEventsIncluded(partition: PartitionState, eventsBefore: bigint, nowMs: number): void {
  if (partition.phase !== 'live') return;
  const isIncluded = ({ publishedEvents, unsavedSinceMs }: PatientEngine) =>
    publishedEvents.length === 0 && unsavedSinceMs === undefined;
  const holding = [...partition.engines.values()].filter((engine) => !isIncluded(engine));
  if (holding.length > 0 && Math.abs(nowMs - partition.includedAtMs) < includedAgainMs) return;
  for (const engine of holding) publishUnsaved(partition, engine);
  partition.eventsIncluded = eventsBefore;
  partition.includedAtMs = nowMs;
}

/**
 * Returns the snapshot of an engine; undefined if the code throws. Then the last snapshot stays in the log, and the
 * committed offsets still move on (decision 93), because the other patients need this.
 */
function trySnapshot(partition: PartitionState, engine: PatientEngine, nowMs: number): AlarmState | undefined {
  try {
    return snapshotOf(partition, engine, nowMs);
  } catch (error) {
    const { associationId, state } = engine;
    partition.options.onFailed?.({ associationId, deviceId: state.deviceId, task: 'snapshot', error });
    return undefined;
  }
}

function snapshotOf(
  { options, position, eventsIncluded }: PartitionState,
  { associationId, state, inForce }: PatientEngine,
  nowMs: number,
): AlarmState {
  const { limits, standby } = inForce;
  const engine: EngineSnapshot = { v: 1, state, told: String(eventsIncluded) };
  const scores = scoresIfPossible(options.env, state, nowMs);
  return {
    associationId,
    at: formatInstant(nowMs),
    offsets: { observations: String(position.observations), commands: String(position.commands) },
    live: Object.values(state.book.live).map(({ alarm }) => alarm),
    ...(limits && { limits }),
    ...(standby && { standby }),
    ...(scores && { scores }),
    engine,
  };
}

/** Returns the scores; undefined if their code throws. The snapshot must not fail because of the scores. */
function scoresIfPossible(env: Environment, state: State, nowMs: number): Scores | undefined {
  try {
    return scoresOf(env, state, nowMs);
  } catch {
    return undefined;
  }
}

/** Returns the lowest offset of each topic. */
function lowestOf(position: Position, others: readonly Position[]): Position {
  const all = [position, ...others];
  const lowest = (offsetOf: (position: Position) => bigint) => all.map(offsetOf).sort((a, b) => Number(a - b))[0]!;
  return { observations: lowest((each) => each.observations), commands: lowest((each) => each.commands) };
}
