/** Writes the capture of one stay. */
import { alarmIdText } from '../../contracts/alarm-id.ts';
import { captureAssociationId } from '../../contracts/capture.ts';
import { sha256 } from '../../log/audit/trail.ts';
import type { OpenedRecord } from '../../log/envelope/header.ts';
import type { Disguise } from './disguise.ts';
import type { CaptureFile } from './files.ts';
import { commandLine, type LineContext, lineOf } from './lines.ts';
import type { Sources, TimedCommand } from './sources.ts';
import { associationLines, type Due, type Stay } from './stays.ts';
import { createTape, type Tape } from './tape.ts';

/** Number of characters of the hash in an alarm's id, as in the alarm processor. */
const alarmIdLength = 22;

export type Recorder = {
  readonly stay: Stay;
  readonly file: CaptureFile;
  readonly count: Tape['count'];
  /** Number of acknowledgements of alarms that the capture cannot name. */
  readonly leftOut: number;
  /** Writes a record of the log. Returns false, and writes nothing, if the alarm engine does not use the record. */
  take(opened: OpenedRecord, appendedMs: number): boolean;
  /** Writes the remaining lines. */
  finish(): void;
};

export function createRecorder(
  stay: Stay,
  file: CaptureFile,
  sources: Pick<Sources, 'commands' | 'onsets' | 'answers'>,
  { untilMs, disguise }: { readonly untilMs: number; readonly disguise: Disguise | undefined },
): Recorder {
  const context = contextOf(sources, disguise);
  const commands = sources.commands.get(stay.associationId) ?? [];
  const due = dueOf(stay, commands, context, untilMs);
  file.write(`# Written by vigil capture${disguise ? ', with made-up names and times' : ''}.\n`);
  const { count, take, finish } = createTape(due, (line) => file.write(`${JSON.stringify(line)}\n`));
  return {
    stay,
    file,
    count,
    leftOut: countLeftOut(stay, commands, context),
    take(opened, appendedMs) {
      const line = lineOf(opened, appendedMs, context);
      if (line) take(line, appendedMs);
      return line !== undefined;
    },
    finish,
  };
}

/**
 * Returns the context for the lines of a capture. The id of an alarm is made from the association's id, the alarm's key
 * and the onset time. A capture has another association id and perhaps moved times, so the alarm has another id in a
 * replay than in the log.
 */
export function contextOf(
  { onsets, answers }: Pick<Sources, 'onsets' | 'answers'>,
  disguise: Disguise | undefined,
): LineContext {
  return {
    disguise,
    wasAccepted: (commandId) => answers.get(commandId),
    alarmIdOf(alarmId) {
      const onset = onsets.get(alarmId);
      if (onset === undefined) return undefined;
      const onsetMs = onset.onsetMs + (disguise?.shiftMs ?? 0);
      return sha256(alarmIdText(captureAssociationId, onset.key, onsetMs)).slice(0, alarmIdLength);
    },
  };
}

function countLeftOut({ fromMs }: Stay, commands: readonly TimedCommand[], { alarmIdOf }: LineContext): number {
  const isLeftOut = ({ command, atMs }: TimedCommand) =>
    atMs >= fromMs && command.type === 'acknowledge' && alarmIdOf(command.alarmId) === undefined;
  return commands.filter(isLeftOut).length;
}

/**
 * Returns the lines of a capture that are not readings: the commands, and the changes of the association. Limits and
 * assessments from before the capture are lines at its start, because they are still in force. Other earlier commands
 * are left out.
 */
export function dueOf(stay: Stay, commands: readonly TimedCommand[], context: LineContext, untilMs: number): Due[] {
  const commandLines = commands.flatMap(({ command, atMs }): Due[] => {
    const isLasting = command.type === 'set-limits' || command.type === 'enter-assessment';
    if (atMs < stay.fromMs && !isLasting) return [];
    const dueMs = Math.max(atMs, stay.fromMs);
    const line = commandLine(command, dueMs, context);
    return line ? [{ atMs: dueMs, line }] : [];
  });
  const [first, ...later] = associationLines(stay, untilMs, context.disguise);
  return [first!, ...commandLines, ...later];
}
