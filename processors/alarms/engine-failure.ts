/**
 * Keeps a failure of the engine's own code to one patient. Each task for one patient runs in `guard`. After a failure,
 * the patient's state is as before, the alarms of this patient go on (core/without-judging.ts), and the next task is
 * tried as usual. A reading is always tried. A task that follows from the wall clock waits before it is tried again,
 * and the wait grows, so that a slow failure leaves time for the other patients.
 */
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { Input } from './core/inputs.ts';
import { type EngineTask, noteSuccess, notJudgedKey } from './core/not-judged.ts';
import type { State } from './core/state.ts';
import { type EngineFailure, stepWithoutJudging } from './core/without-judging.ts';
import type { PartitionState } from './partition-state.ts';
import type { PatientEngine, Position } from './patient-engine.ts';
import { noteUnsavedEvent } from './unsaved-events.ts';

/**
 * The wait after a failure of a task of the wall clock, ms. The wait doubles from the first to the second number
 * (ours).
 */
const retryMsMin = 500;
const retryMsMax = 10_000;

/**
 * Returns the result of a task for one patient; undefined if the task throws, or waits after a failure.
 * @param input the input that the task judges, with the position of its record
 */
export function guard<T>(
  partition: PartitionState,
  engine: PatientEngine,
  task: EngineTask,
  nowMs: number,
  run: () => T,
  input?: { readonly input: Input; readonly from: Position },
): T | undefined {
  if (input === undefined && isWaiting(engine, task, nowMs)) return undefined;
  let result: T;
  try {
    result = run();
  } catch (error) {
    failEngine(partition, engine, { task, error, ...input }, nowMs);
    return undefined;
  }
  if (engine.retries[task] !== undefined) engine.retries = { ...engine.retries, [task]: undefined };
  // If the task has an input, the engine itself notes the success.
  if (input === undefined && engine.state.fault?.failed.includes(task))
    engine.state = { ...engine.state, fault: noteSuccess(engine.state.fault, task) };
  return result;
}

/** Handles a failure about one patient. Does not throw. */
export function failEngine(
  partition: PartitionState,
  engine: PatientEngine,
  failure: { readonly task: EngineTask; readonly error: unknown; readonly input?: Input; readonly from?: Position },
  nowMs: number,
): void {
  const { task, error, input, from = partition.position } = failure;
  report(partition, engine, task, error);
  waitForRetry(engine, task, nowMs);
  runWithoutJudging(partition, engine, { task, ...(input && { input }) }, nowMs, from);
}

/** Lets the alarms of a patient go on although the code fails for this patient. */
export function goOnWithoutJudging(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  const association = associationIfPossible(partition, engine);
  const isEnding = (association?.endedAt ?? null) !== null && (engine.state.association?.endedAt ?? null) === null;
  const failure = isEnding ? { input: association! } : {};
  runWithoutJudging(partition, engine, failure, nowMs, partition.position);
}

/** Returns the association; undefined if its search throws. The next tick reports the failure. */
function associationIfPossible({ options }: PartitionState, { associationId }: PatientEngine) {
  try {
    return options.findAssociation(associationId);
  } catch {
    return undefined;
  }
}

/**
 * Calls `work` for each engine of a partition. If it throws, the failure concerns only the patient of this engine, as
 * if the patient's tick had failed.
 */
export function forEachEngine(partition: PartitionState, nowMs: number, work: (engine: PatientEngine) => void): void {
  for (const engine of partition.engines.values()) {
    try {
      work(engine);
    } catch (error) {
      failEngine(partition, engine, { task: 'tick', error }, nowMs);
    }
  }
}

function runWithoutJudging(
  partition: PartitionState,
  engine: PatientEngine,
  failure: EngineFailure,
  nowMs: number,
  from: Position,
): void {
  const { env, publish } = partition.options;
  try {
    const since = alarmOnset(engine.publishedEvents);
    const { state, events, answer } = stepWithoutJudging(env, engine.state, { ...failure, since }, nowMs);
    if (failure.task === undefined && failure.input === undefined && events.length === 0) return;
    applyEvents(partition, engine, { state, events, from, isUrgent: answer !== undefined }, nowMs);
    if (answer) publish({ type: 'command-answer', body: answer });
  } catch (error) {
    report(partition, engine, failure.task ?? 'tick', error);
  }
}

/**
 * Returns the onset of this patient's alarm that the last owner published; undefined if the alarm is over or never was.
 */
function alarmOnset(published: readonly AlarmEvent[]): number | undefined {
  const last = published.findLast((event) => {
    const alarm = alarmOf(event);
    return alarm?.condition === notJudgedKey && alarm.origin === undefined;
  });
  return last?.alarm.present ? Date.parse(last.alarm.onsetAt) : undefined;
}

/** Returns the alarm of an event; undefined if the code fails about this event. */
function alarmOf(event: AlarmEvent): AlarmEvent['alarm'] | undefined {
  try {
    return event.alarm;
  } catch {
    return undefined;
  }
}

function report(
  { options }: PartitionState,
  { associationId, state }: PatientEngine,
  task: EngineTask,
  error: unknown,
) {
  options.onFailed?.({ associationId, deviceId: state.deviceId, task, error });
}

function waitForRetry(engine: PatientEngine, task: EngineTask, nowMs: number): void {
  const waitMs = Math.min(2 * (engine.retries[task]?.waitMs ?? retryMsMin / 2), retryMsMax);
  engine.retries = { ...engine.retries, [task]: { atMs: nowMs + waitMs, waitMs } };
}

/** Returns whether a task waits after a failure. A clock that was set back ends the wait. */
export function isWaiting({ retries }: PatientEngine, task: EngineTask, nowMs: number): boolean {
  const retry = retries[task];
  return retry !== undefined && nowMs < retry.atMs && nowMs >= retry.atMs - retry.waitMs;
}

/** Keeps the new state of an engine, emits its events, and marks the engine for the next snapshot. */
export function applyEvents(
  partition: PartitionState,
  engine: PatientEngine,
  change: {
    readonly state: State;
    readonly events: readonly AlarmEvent[];
    readonly from: Position;
    readonly isUrgent: boolean;
  },
  nowMs: number,
): void {
  const { state, events, from, isUrgent } = change;
  const { options } = partition;
  engine.state = state;
  engine.dirty ??= { from, atMs: nowMs, urgent: false };
  if (events.length > 0 || isUrgent) engine.dirty.urgent = true;
  for (const event of events) {
    // An event with a wrong or missing association could appear at another patient, or hold up all events of the
    // partition.
    if (event.alarm.associationId === engine.associationId) {
      noteUnsavedEvent(engine, event);
      options.emit(event);
    } else report(partition, engine, 'tick', new Error('An alarm in the state is not of this patient.'));
  }
}
