/**
 * Creates a partition: its engines, and the position in the log before which their states include all records. All
 * functions here are synchronous. The caller reads the records, appends the events, and writes the snapshots.
 */
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { atMostNow } from '../../contracts/steady-time.ts';
import type { CommandInput, Input } from './core/inputs.ts';
import { isPeriodOver, profileInForce } from './core/judging.ts';
import { type EngineTask, isFailing } from './core/not-judged.ts';
import { failEngine, forEachEngine, goOnWithoutJudging, guard, isWaiting } from './engine-failure.ts';
import { retryFailedCommands } from './failed-commands.ts';
import { adoptPublished } from './in-force.ts';
import { isLongUnsaved, isNoticeDue, notSavedNotice } from './not-saved.ts';
import { initialPartition, type PartitionOptions, type PartitionState } from './partition-state.ts';
import { emptyEngine, type PatientEngine, restoredEngine, writtenEngine } from './patient-engine.ts';
import { advanceReplay, realignEngine, runCommands } from './replay.ts';
import { engineFor, isDue, publishInForce, publishScores, runEngine, updateAssociation } from './run-engine.ts';
import type { Outgoing } from './screen-record.ts';
import { type Flush, takeSnapshots } from './snapshots.ts';
import { noteUnsavedEvent } from './unsaved-events.ts';

export type Partition = ReturnType<typeof createPartition>;

/**
 * Creates a partition with the restored engines. Runs the restored commands immediately if no reading is to be
 * replayed.
 */
export function createPartition(options: PartitionOptions) {
  const partition = initialPartition(options);
  restoreEngines(partition);
  advanceReplay(partition, options.nowMs);
  const { engines } = partition;

  return {
    addReading: (key: string, offset: bigint, atMs: number, input: Input, receivedAt: number, nowMs: number) =>
      addReading(partition, { key, offset, atMs, input, receivedAt }, nowMs),
    addCommand(key: string, offset: bigint, atMs: number, input: CommandInput, nowMs: number): void {
      partition.commands = [...partition.commands, { key, offset, atMs, input }];
      if (partition.phase === 'live') runCommands(partition, Number.POSITIVE_INFINITY, nowMs);
      else advanceReplay(partition, nowMs);
    },
    /** Sets the offset at which the log of readings ends. Called with each batch. */
    setLogEnd(end: bigint): void {
      partition.logEnd = end;
    },
    /** Moves the position to the offset after a record that no engine gets. */
    skip(topic: 'observations' | 'commands', offset: bigint, nowMs: number): void {
      if (topic === 'observations') moveBehind(partition, offset, nowMs);
      else if (partition.commands.length === 0) partition.position = { ...partition.position, commands: offset + 1n };
    },
    tick: (nowMs: number) => tick(partition, nowMs),
    /**
     * Notes that a record of a patient can never be written to `alarms`. The bed gets the alarm that nothing is judged.
     * If the record is an event, the screens get its alarm or the end of its alarm again, with a higher `rev`.
     */
    noteLeftOut: (record: Outgoing, error: unknown, nowMs: number) => noteLeftOut(partition, record, error, nowMs),
    applyNewProfiles: (nowMs: number) => applyNewProfiles(partition, nowMs),
    /** Creates the engine of a patient who is at a device, so that a device that never sends gets an alarm. */
    ensureEngine(associationId: string, nowMs: number): void {
      if (partition.phase === 'live') engineFor(partition, associationId, nowMs);
    },
    /** @see takeSnapshots */
    flush: (nowMs: number, quietMs: number, eventsBefore: bigint): Flush =>
      takeSnapshots(partition, nowMs, quietMs, eventsBefore),
    /**
     * Returns whether a reading at this offset would be judged now. A reading that a state already includes would be
     * skipped.
     */
    judgesAt: (offset: bigint) =>
      partition.phase === 'live' &&
      [...engines.values()].every(({ includedBefore }) => offset >= includedBefore.observations),
    hasEngine: (associationId: string) => engines.has(associationId),
    position: () => partition.position,
    isLive: () => partition.phase === 'live',
    isDirty: () => [...engines.values()].some(({ dirty }) => dirty !== undefined),
    engineCount: () => engines.size,
    liveAlarmCount: () =>
      [...engines.values()].reduce((sum, { state }) => sum + Object.keys(state.book.live).length, 0),
    /** Returns the number of patients for which the code fails, or has just failed. */
    failingCount: () =>
      [...engines.values()].filter(({ state }) => isFailing(state.fault) && !isPeriodOver(state)).length,
    /** Returns the number of patients whose snapshot could not be written for 5 min. */
    notSavedCount: (nowMs: number) => [...engines.values()].filter((engine) => isLongUnsaved(engine, nowMs)).length,
  };
}

function restoreEngines(partition: PartitionState): void {
  const { env, restored, counters, nowMs } = partition.options;
  const failures: { readonly engine: PatientEngine; readonly error: unknown }[] = [];
  for (const body of restored.states) {
    let engine: PatientEngine | undefined;
    try {
      engine = writtenEngine(body, nowMs);
      engine = restoredEngine(env, body, engine, nowMs);
    } catch (error) {
      engine ??= emptyEngine(body, nowMs);
      failures.push({ engine, error });
    }
    counters.restored += 1;
    partition.engines.set(body.associationId, engine);
  }
  for (const event of restored.publishedEvents) {
    const engine = engineFor(partition, event.alarm.associationId, nowMs);
    engine.publishedEvents.push(event);
    noteUnsavedEvent(engine, event);
  }
  for (const record of restored.publishedInForce)
    adoptPublished(engineFor(partition, record.associationId, nowMs), record);
  for (const associationId of restored.unreadable) {
    // A patient who has left needs no alarm: the snapshot may be unreadable because the patient's data key was deleted.
    if (!isAtDevice(partition, associationId)) continue;
    const engine = engineFor(partition, associationId, nowMs);
    failures.push({ engine, error: new Error('The last snapshot of this patient cannot be read.') });
  }
  // Failures are handled last, because the events of the last owner must be known first. From these events, an alarm
  // about a failure gets the id that it had before.
  for (const { engine, error } of failures) failRestore(partition, engine, error);
}

function failRestore(partition: PartitionState, engine: PatientEngine, error: unknown): void {
  const { onFailed, nowMs } = partition.options;
  const { associationId, state } = engine;
  // The patient of a snapshot that cannot be read may have left long ago.
  if (state.association === null && !isAtDevice(partition, associationId)) {
    onFailed?.({ associationId, deviceId: state.deviceId, task: 'restore', error });
    return;
  }
  updateAssociation(partition, engine, nowMs);
  failEngine(partition, engine, { task: 'restore', error }, nowMs);
}

/** Returns whether the patient is at a device now; true if the search for the association throws. */
function isAtDevice({ options }: PartitionState, associationId: string): boolean {
  try {
    return options.findAssociation(associationId)?.endedAt === null;
  } catch {
    // The failure is reported when the engine gets its association.
    return true;
  }
}

/**
 * A record of `observations`. `atMs`: its time in Kafka; `receivedAt`: its receipt at the gateway; both ms since 1970.
 */
type Reading = {
  readonly key: string;
  readonly offset: bigint;
  readonly atMs: number;
  readonly input: Input;
  readonly receivedAt: number;
};

function addReading(partition: PartitionState, reading: Reading, nowMs: number): void {
  const { key, offset, atMs, input, receivedAt } = reading;
  const { counters } = partition.options;
  if (partition.phase !== 'live') runCommands(partition, atMs, nowMs);
  const engine = engineFor(partition, key, nowMs);
  engine.touchedMs = nowMs;
  if (offset < engine.includedBefore.observations) counters.skipped += 1;
  else {
    // A receive time in the future was written before the machine's clock was set back. Such a time counts as now, so
    // that silence is noticed in time.
    const corrected = 'receivedAt' in input ? { ...input, receivedAt: atMostNow(input.receivedAt, nowMs) } : input;
    const judgedMs = partition.phase === 'live' ? nowMs : Math.min(receivedAt, nowMs);
    runEngine(partition, engine, corrected, judgedMs, { ...partition.position, observations: offset });
  }
  if (partition.phase !== 'live') counters.replayed += 1;
  moveBehind(partition, offset, nowMs);
}

function moveBehind(partition: PartitionState, offset: bigint, nowMs: number): void {
  partition.position = { ...partition.position, observations: offset + 1n };
  if (partition.phase !== 'live') advanceReplay(partition, nowMs);
}

function noteLeftOut(partition: PartitionState, record: Outgoing, error: unknown, nowMs: number): void {
  const engine = partition.engines.get(record.key);
  if (!engine) {
    partition.options.onFailed?.({ associationId: record.key, deviceId: null, task: 'realign', error });
    return;
  }
  if (record.contentType === contentTypes.alarmEvent) {
    // For `realign`, the screens have a later revision that differs. So it makes a new event of the alarm. The screens
    // do not have a `cleared` that was left out, so `realign` must not take it as their last event.
    const { alarm, type, at } = record.body as AlarmEvent;
    const seen = { ...alarm, rev: alarm.rev + 1 };
    engine.publishedEvents.push({ type: type === 'cleared' ? 'updated' : type, at, alarm: seen });
  }
  failEngine(partition, engine, { task: 'realign', error }, nowMs);
}

/** Judges what follows from the wall clock without any input: silence, escalation, and the end of periods. */
function tick(partition: PartitionState, nowMs: number): void {
  if (partition.phase !== 'live') advanceReplay(partition, nowMs);
  if (partition.phase !== 'live') return;
  forEachEngine(partition, nowMs, (engine) => passTime(partition, engine, nowMs));
}

function passTime(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  updateAssociation(partition, engine, nowMs);
  const has = (task: EngineTask) =>
    engine.state.fault?.failed.includes(task) === true && !isWaiting(engine, task, nowMs);
  if (has('profiles')) runEngine(partition, engine, { type: 'profiles', before: undefined }, nowMs);
  if (isDue(engine, nowMs)) runEngine(partition, engine, { type: 'tick' }, nowMs);
  if (has('limits-in-force')) publishInForce(partition, engine, nowMs);
  publishScores(partition, engine, nowMs);
  realignEngine(partition, engine, nowMs);
  if (isNoticeDue(engine, nowMs) && !isWaiting(engine, 'notice', nowMs))
    runEngine(partition, engine, notSavedNotice(engine, nowMs), nowMs);
  if (engine.failedCommands.length > 0) retryFailedCommands(partition, engine, nowMs);
  if (isFailing(engine.state.fault)) goOnWithoutJudging(partition, engine, nowMs);
}

/**
 * Judges the last values of every patient by the changed profiles. If the partition is not live yet, the values are
 * judged when the partition becomes live.
 */
function applyNewProfiles(partition: PartitionState, nowMs: number): void {
  partition.hasNewProfiles = partition.phase !== 'live';
  if (partition.phase !== 'live') return;
  const { env } = partition.options;
  forEachEngine(partition, nowMs, (engine) => {
    const before = engine.inForce.madeFrom?.profile;
    const task = () => before !== profileInForce(env, engine.state);
    if (guard(partition, engine, 'profiles', nowMs, task) ?? false)
      runEngine(partition, engine, { type: 'profiles', before }, nowMs);
  });
}
