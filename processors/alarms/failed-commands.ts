/**
 * Tries accepted commands again that failed in a replay. A person has seen such a command as accepted, and the next
 * owner could not carry it out. The failure raises the alarm at the bed (without-judging.ts). The alarm may end before
 * the command succeeds, because a command need not succeed (core/not-judged.ts). The failed commands are in memory
 * only.
 */
import { minuteMs } from '../../contracts/durations.ts';
import { step } from './core/engine.ts';
import type { CommandInput } from './core/inputs.ts';
import { applyEvents } from './engine-failure.ts';
import type { PartitionState } from './partition-state.ts';
import type { PatientEngine } from './patient-engine.ts';
import { publishInForce } from './run-engine.ts';

/** Maximum number of failed commands of one patient (ours). Above it, the oldest command is not tried again. */
const failedMax = 16;
const againMs = 10_000;
/**
 * For how long a command is tried again, ms (ours). Later, people have looked at the bed because of the alarm, and may
 * have decided otherwise.
 */
const triesMs = 10 * minuteMs;

/** Remembers a command that a person has seen as accepted, and that failed now. */
export function noteFailedCommand(engine: PatientEngine, input: CommandInput, nowMs: number): void {
  const failed = { input, againAtMs: nowMs + againMs, untilMs: nowMs + triesMs };
  engine.failedCommands = [...engine.failedCommands, failed].slice(-failedMax);
}

/**
 * Forgets the failed commands that a later command of a person replaces. An old limit must not replace a newer limit.
 */
export function forgetReplaced(engine: PatientEngine, { command }: CommandInput): void {
  if (engine.failedCommands.length === 0) return;
  engine.failedCommands = engine.failedCommands.filter(({ input }) => subjectOf(input) !== subjectOf({ command }));
}

/**
 * Returns what a command changes. Of two commands with the same subject, only the later command is tried again, even if
 * it is refused, or if the two change different limits of the group or different entries of the assessment.
 */
function subjectOf({ command }: Pick<CommandInput, 'command'>): string {
  switch (command.type) {
    case 'acknowledge':
      return `alarm ${command.alarmId}`;
    case 'set-limits':
      return `limits ${command.group}`;
    case 'standby':
    case 'end-standby':
      return 'standby';
    case 'enter-assessment':
    case 'pause-audio':
      return command.type;
  }
}

/**
 * Tries each failed command again that is due. If the code does not throw, the command is answered again: as accepted,
 * or as refused, for example because it came too late.
 */
export function retryFailedCommands(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  for (const failed of engine.failedCommands) {
    const isSetBack = failed.againAtMs - nowMs > againMs;
    if (failed.againAtMs > nowMs && !isSetBack) continue;
    engine.failedCommands = engine.failedCommands.filter((other) => other !== failed);
    if (nowMs < failed.untilMs && !carryOut(partition, engine, failed.input, nowMs))
      engine.failedCommands = [...engine.failedCommands, { ...failed, againAtMs: nowMs + againMs }];
  }
}

/** Returns whether the code carried the command out. If it throws, nothing changes. */
function carryOut(partition: PartitionState, engine: PatientEngine, input: CommandInput, nowMs: number): boolean {
  const { env, publish } = partition.options;
  const { commandId } = input.command;
  try {
    // The failure was answered as a refusal. Without this entry, the command would count as a repeat.
    const commandIds = engine.state.commandIds.filter((id) => id !== commandId);
    const { state, events, answer } = step(env, { ...engine.state, commandIds }, input, nowMs);
    engine.state = state;
    publishInForce(partition, engine, nowMs);
    applyEvents(partition, engine, { state: engine.state, events, from: partition.position, isUrgent: true }, nowMs);
    if (answer) publish({ type: 'command-answer', body: answer });
    return true;
  } catch {
    // The failure was reported when the command failed first.
    return false;
  }
}
