/** Runs one engine of a partition, and publishes the result: limits in force, events, scores and answers. */
import { nextDue, step } from './core/engine.ts';
import type { Environment } from './core/environment.ts';
import type { AssociationInput, Input } from './core/inputs.ts';
import { noteSuccess } from './core/not-judged.ts';
import { checkScores } from './core/scores/view.ts';
import { initialState, type State } from './core/state.ts';
import { applyEvents, failEngine, guard, isWaiting } from './engine-failure.ts';
import { inForceNow } from './in-force.ts';
import type { PartitionState } from './partition-state.ts';
import { newEngine, type PatientEngine, type Position } from './patient-engine.ts';

/** Returns the engine of an association. Creates the engine if the partition has none. */
export function engineFor(partition: PartitionState, associationId: string, nowMs: number): PatientEngine {
  const existing = partition.engines.get(associationId);
  if (existing) return existing;
  const engine = newEngine(associationId, initialState(associationId), { observations: 0n, commands: 0n }, nowMs);
  partition.engines.set(associationId, engine);
  updateAssociation(partition, engine, nowMs);
  return engine;
}

/**
 * Gives an engine its association if the association has changed. The engine gets a new end of its period only when the
 * partition is live.
 */
export function updateAssociation(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  const hasFailed = engine.state.fault?.failed.includes('association') === true;
  if (hasFailed && isWaiting(engine, 'association', nowMs)) return;
  let association: AssociationInput | undefined;
  try {
    association = partition.options.findAssociation(engine.associationId);
  } catch (error) {
    failEngine(partition, engine, { task: 'association', error }, nowMs);
    return;
  }
  if (!association) {
    // The search works, but the table has no such association. So nothing more can succeed.
    const { fault } = engine.state;
    if (fault && hasFailed) engine.state = { ...engine.state, fault: noteSuccess(fault, 'association') };
    return;
  }
  // During a replay, a period may have ended while some of its readings are still to be read. So the engine gets the
  // end later.
  const isLive = partition.phase === 'live';
  const input = isLive ? association : { ...association, endedAt: engine.state.association?.endedAt ?? null };
  const text = JSON.stringify(input);
  if (!hasFailed && text === engine.associationText) return;
  engine.associationText = text;
  runEngine(partition, engine, input, nowMs);
}

/**
 * Runs one step of an engine and publishes the result. If the code throws, this concerns only one patient
 * (engine-failure.ts).
 * @param from the position of the record that the input comes from
 */
export function runEngine(
  partition: PartitionState,
  engine: PatientEngine,
  input: Input,
  nowMs: number,
  from: Position = partition.position,
): void {
  const { env, onCounts, publish } = partition.options;
  const before = engine.state;
  const task = () => step(env, before, input, nowMs);
  const result = guard(partition, engine, input.type, nowMs, task, { input, from });
  if (result === undefined) {
    const rest = withoutFailingValues(env, before, input, nowMs);
    if (rest) runEngine(partition, engine, rest, nowMs, from);
    return;
  }
  const { state, events, answer, counts } = result;
  if (counts) onCounts?.(counts);
  engine.state = state;
  // The limits go out before the events, so that a screen never shows an alarm beside a limit that the value does not
  // break.
  publishInForce(partition, engine, nowMs);
  applyEvents(partition, engine, { state: engine.state, events, from, isUrgent: input.type === 'command' }, nowMs);
  publishScores(partition, engine, nowMs);
  if (answer) publish({ type: 'command-answer', body: answer });
}

/**
 * Returns a reading that failed without the values that fail alone, so that the other values are judged. Undefined if
 * the input is no such reading, if every value fails, or if no value fails alone. The steps for single values are only
 * tries, and their results are dropped.
 */
function withoutFailingValues(env: Environment, state: State, input: Input, nowMs: number): Input | undefined {
  if (input.type !== 'observation' || input.values.length < 2) return undefined;
  const values = input.values.filter((value) => {
    try {
      step(env, state, { ...input, values: [value] }, nowMs);
      return true;
    } catch {
      return false;
    }
  });
  return values.length === 0 || values.length === input.values.length ? undefined : { ...input, values };
}

/** Returns whether a tick may change something now. A tick that failed is due when its wait is over. */
export function isDue(engine: PatientEngine, nowMs: number): boolean {
  if (isWaiting(engine, 'tick', nowMs)) return false;
  const { state } = engine;
  if (state.fault?.failed.includes('tick')) return true;
  try {
    // If a time in the state is not a number, `nextDue` returns NaN. The tick is then due, and throws, so the failure
    // is reported.
    return !(nextDue(state) > nowMs);
  } catch {
    // The tick will throw the same error, and the failure of the tick is reported.
    return true;
  }
}

/** Publishes the limits in force and the standby if they have changed. During the replay nothing is published. */
export function publishInForce(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  if (partition.phase === 'replaying') return;
  const { env, publish } = partition.options;
  const isFirst = engine.inForce.limits === undefined;
  const task = () => inForceNow(env, engine.state, engine.inForce, nowMs);
  const result = guard(partition, engine, 'limits-in-force', nowMs, task);
  if (result === undefined) return;
  const { published, records } = result;
  engine.inForce = published;
  if (records.length === 0) return;
  // The next snapshots name an offset of `alarms`, and must include every record before this offset. So changed limits
  // make the snapshot of this patient urgent.
  engine.dirty ??= { from: partition.position, atMs: nowMs, urgent: false };
  if (!isFirst || published.standby) engine.dirty.urgent = true;
  for (const record of records) publish(record);
}

/** Publishes the scores if they have changed. Before the partition is live, no scores are published. */
export function publishScores(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  if (partition.phase !== 'live') return;
  const { env, publish } = partition.options;
  const task = () => checkScores(env, engine.state, engine.scores, nowMs);
  const result = guard(partition, engine, 'scores', nowMs, task);
  if (result === undefined) return;
  const { check, scores } = result;
  engine.scores = check;
  if (scores) publish({ type: 'scores', body: scores });
}
