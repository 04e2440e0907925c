/** Replays a partition after a takeover. After the replay, the engines also judge by the wall clock. */
import { realign } from './core/realign.ts';
import { applyEvents, forEachEngine, guard } from './engine-failure.ts';
import { noteCommand } from './failed-commands.ts';
import type { PartitionState } from './partition-state.ts';
import type { PatientEngine } from './patient-engine.ts';
import { engineFor, isDue, publishInForce, publishScores, runEngine, updateAssociation } from './run-engine.ts';

/**
 * Gives the engines the pending commands whose time in Kafka is at most `untilMs`, in order. So in a replay, each
 * command comes between the same readings as before the takeover.
 */
export function runCommands(partition: PartitionState, untilMs: number, nowMs: number): void {
  const isLive = partition.phase === 'live';
  let command = partition.commands[0];
  while (command && command.atMs <= untilMs) {
    partition.commands = partition.commands.slice(1);
    const { key, offset, atMs, input } = command;
    const engine = engineFor(partition, key, nowMs);
    const from = { ...partition.position, commands: offset };
    const answer = partition.publishedAnswers.get(input.command.commandId);
    if (offset >= engine.includedBefore.commands) {
      const isRepeat = engine.state.commandIds.includes(input.command.commandId);
      runEngine(
        partition,
        engine,
        { ...input, ...(answer && { answer }) },
        isLive ? nowMs : Math.min(atMs, nowMs),
        from,
      );
      if (!isRepeat) noteCommand(engine, input, answer, nowMs);
    }
    partition.position = { ...partition.position, commands: offset + 1n };
    command = partition.commands[0];
  }
}

/**
 * Moves the partition to its next phase: `replayed` after the last reading of the replay, and `live` when all readings
 * are read and silence may be judged. So no device counts as silent because of unread readings.
 */
export function advanceReplay(partition: PartitionState, nowMs: number): void {
  const { restored, mayJudge } = partition.options;
  if (partition.position.observations < restored.replayTo) return;
  // All readings of the replay are read, so no command must wait for a reading any more.
  runCommands(partition, Number.POSITIVE_INFINITY, nowMs);
  if (partition.phase === 'replaying') {
    partition.phase = 'replayed';
    for (const engine of partition.engines.values()) publishInForce(partition, engine, nowMs);
  }
  if (partition.position.observations >= partition.logEnd && mayJudge()) goLive(partition, nowMs);
}

/**
 * Makes the partition live: the engines judge silence, and the alarms are compared with their last events before the
 * takeover.
 */
function goLive(partition: PartitionState, nowMs: number): void {
  partition.phase = 'live';
  forEachEngine(partition, nowMs, (engine) => {
    updateAssociation(partition, engine, nowMs);
    if (engine.hasOtherProfile || partition.hasNewProfiles)
      runEngine(partition, engine, { type: 'profiles', before: undefined }, nowMs);
    publishScores(partition, engine, nowMs);
    if (isDue(engine, nowMs)) runEngine(partition, engine, { type: 'tick' }, nowMs);
    realignEngine(partition, engine, nowMs);
  });
}

/**
 * Emits an event for each live alarm that differs from its last event before the takeover, and an event `cleared` for
 * each alarm that the screens still have but the engine does not.
 */
export function realignEngine(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  const hasFailed = engine.state.fault?.failed.includes('realign') === true;
  if (engine.publishedEvents.length === 0 && !hasFailed) return;
  const task = () => realign(engine.state, engine.publishedEvents, nowMs);
  const result = guard(partition, engine, 'realign', nowMs, task);
  if (result === undefined) return;
  const { book } = result.state;
  const { events } = result;
  engine.publishedEvents = [];
  partition.options.counters.realigned += events.length;
  if (book === engine.state.book) return;
  // `guard` may have changed `engine.state.fault` after `realign` had read the state. So only the book is taken from
  // the result of `realign`.
  const state = { ...engine.state, book };
  applyEvents(partition, engine, { state, events, from: partition.position, isUrgent: true }, nowMs);
}
