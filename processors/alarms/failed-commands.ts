/**
 * Tries accepted commands again that failed in a replay. A person has seen such a command as accepted, and the next
 * owner could not carry it out. The failure raises the alarm at the bed (without-judging.ts), and each further failure
 * lets the alarm stay. The failed commands are in memory only, so a restart forgets them.
 */
import { minuteMs } from '../../contracts/durations.ts';
import { type Command, LimitsAsked } from '../../contracts/messages/alarms.ts';
import { Assessment } from '../../contracts/messages/scores.ts';
import { step } from './core/engine.ts';
import type { CommandInput } from './core/inputs.ts';
import { applyEvents, failEngine } from './engine-failure.ts';
import type { PartitionState } from './partition-state.ts';
import type { FailedCommand, PatientEngine } from './patient-engine.ts';
import { publishInForce } from './run-engine.ts';

/** Maximum number of failed commands of one patient (ours). Above it, the oldest command is not tried again. */
const failedMax = 16;
const againMs = 10_000;
/**
 * For how long a command is tried again, ms (ours). Later, people have looked at the bed because of the alarm, and may
 * have decided otherwise.
 */
const triesMs = 10 * minuteMs;

/**
 * Notes the result of a command that is no repeat.
 * @param answer the answer of the last owner, if a person has already seen an answer
 */
export function noteCommand(
  engine: PatientEngine,
  input: CommandInput,
  answer: CommandInput['answer'],
  nowMs: number,
): void {
  const hasFailed = engine.retries.command !== undefined;
  const mustTryAgain = hasFailed && answer?.accepted === true;
  const isCarriedOut = !hasFailed && engine.state.refused?.[input.command.commandId] === undefined;
  // A command that is refused replaces nothing, so the earlier command still waits.
  if (!mustTryAgain && !isCarriedOut) return;
  const earlier = withoutReplaced(engine.failedCommands, input);
  const failed = { input, againAtMs: nowMs + againMs, untilMs: nowMs + triesMs, replaced: [] };
  engine.failedCommands = (mustTryAgain ? [...earlier, failed] : earlier).slice(-failedMax);
}

/**
 * Returns the earlier failed commands without what a later command replaces. An old limit must not replace a newer
 * limit of the same name, and the other limits of the old command still wait.
 */
function withoutReplaced(earlier: readonly FailedCommand[], { command }: CommandInput): readonly FailedCommand[] {
  if (earlier.length === 0) return earlier;
  const names = namesOf(command);
  return earlier.flatMap((failed) => {
    if (subjectOf(failed.input) !== subjectOf({ command })) return [failed];
    return names === undefined ? [] : [{ ...failed, replaced: [...failed.replaced, ...names] }];
  });
}

/** Returns what a command is about. A later command about the same subject replaces all or a part of it. */
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

const limitNames = Object.keys(LimitsAsked.properties);
const entryNames = Object.keys(Assessment.properties);

/** Returns the limits or entries that a command names; undefined if the command has no such parts. */
function namesOf(command: Command): readonly string[] | undefined {
  if (command.type === 'set-limits') return command.limits === null ? limitNames : Object.keys(command.limits);
  return command.type === 'enter-assessment'
    ? Object.keys(command).filter((key) => entryNames.includes(key))
    : undefined;
}

/** Returns the command without the limits or entries that later commands replaced; undefined if nothing is left. */
function remainingOf({ input, replaced }: FailedCommand): CommandInput | undefined {
  const { command } = input;
  const names = namesOf(command);
  if (names === undefined || replaced.length === 0) return input;
  const left = names.filter((name) => !replaced.includes(name));
  if (left.length === 0) return undefined;
  if (command.type !== 'set-limits') {
    const isLeft = ([name]: [string, unknown]) => !replaced.includes(name);
    return { ...input, command: Object.fromEntries(Object.entries(command).filter(isLeft)) as Command };
  }
  // `null` removes all own limits of the group. So each limit that is left is removed.
  const asked: Readonly<Record<string, unknown>> = command.limits ?? {};
  return {
    ...input,
    command: { ...command, limits: Object.fromEntries(left.map((name) => [name, asked[name] ?? null])) },
  };
}

/**
 * Tries each failed command again that is due. If the code does not throw, the command is answered again: as accepted,
 * or as refused, for example because it came too late.
 */
export function retryFailedCommands(partition: PartitionState, engine: PatientEngine, nowMs: number): void {
  let waiting: readonly FailedCommand[] = [];
  for (const failed of engine.failedCommands) {
    if (nowMs >= failed.untilMs) continue;
    const isSetBack = failed.againAtMs - nowMs > againMs;
    if (failed.againAtMs > nowMs && !isSetBack) {
      waiting = [...waiting, failed];
      continue;
    }
    const result = carryOut(partition, engine, failed, nowMs);
    if (result === 'failed') waiting = [...waiting, { ...failed, againAtMs: nowMs + againMs }];
    if (result === 'accepted') waiting = withoutReplaced(waiting, failed.input);
  }
  engine.failedCommands = waiting;
}

/**
 * Carries a command out; `over` if it is refused, or if later commands replaced all of it. If the code throws, the
 * command changes nothing. The alarm at the bed then stays, because an accepted command is still not in force.
 */
function carryOut(
  partition: PartitionState,
  engine: PatientEngine,
  failed: FailedCommand,
  nowMs: number,
): 'accepted' | 'over' | 'failed' {
  const { env, publish } = partition.options;
  const { commandId } = failed.input.command;
  try {
    const input = remainingOf(failed);
    if (input === undefined) return 'over';
    // The failure was answered as a refusal. Without this entry, the command would count as a repeat.
    const commandIds = engine.state.commandIds.filter((id) => id !== commandId);
    const { state, events, answer } = step(env, { ...engine.state, commandIds }, input, nowMs);
    engine.state = state;
    publishInForce(partition, engine, nowMs);
    applyEvents(partition, engine, { state: engine.state, events, from: partition.position, isUrgent: true }, nowMs);
    if (answer) publish({ type: 'command-answer', body: answer });
    return answer?.accepted ? 'accepted' : 'over';
  } catch (error) {
    failEngine(partition, engine, { task: 'failed-command', error }, nowMs);
    return 'failed';
  }
}
