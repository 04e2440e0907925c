/** A capture while it is written: a stay, its file, and its lines in order. */
import { alarmIdText } from '../../contracts/alarm-id.ts';
import { captureAssociationId } from '../../contracts/capture.ts';
import { sha256 } from '../../log/audit/trail.ts';
import type { Opened } from '../../log/envelope/header.ts';
import type { Disguise } from './disguise.ts';
import type { CaptureFile } from './files.ts';
import { commandLine, lineOf, type Manner } from './lines.ts';
import type { Given, Sources } from './sources.ts';
import { associationLines, type Due, type Stay } from './stays.ts';
import { createTape, type Tape } from './tape.ts';

/** Length of an alarm's id in characters of the hash, as in the alarm processor. */
const alarmIdLength = 22;

export type Recorder = {
  readonly stay: Stay;
  readonly file: CaptureFile;
  readonly count: Tape['count'];
  /** Number of acknowledgements of alarms that the capture cannot name. */
  readonly leftOut: number;
  /** @returns whether the alarm engine uses the record */
  take(opened: Opened, appendedMs: number): boolean;
  finish(): void;
};

export function createRecorder(
  stay: Stay,
  file: CaptureFile,
  sources: Pick<Sources, 'commands' | 'onsets' | 'answers'>,
  { untilMs, disguise }: { readonly untilMs: number; readonly disguise: Disguise | undefined },
): Recorder {
  const manner = mannerOf(sources, disguise);
  const given = sources.commands.get(stay.associationId) ?? [];
  const due = dueOf(stay, given, manner, untilMs);
  file.write(`# Written by vigil capture${disguise ? ', with made-up names and times' : ''}.\n`);
  const { count, take, finish } = createTape(due, (line) => file.write(`${JSON.stringify(line)}\n`));
  return {
    stay,
    file,
    count,
    leftOut: leftOutOf(stay, given, manner),
    take(opened, appendedMs) {
      const line = lineOf(opened, appendedMs, manner);
      if (line) take(line, appendedMs);
      return line !== undefined;
    },
    finish,
  };
}

/** Alarms have other ids in a capture than in the log: its association is another, and its times may be. */
export function mannerOf(
  { onsets, answers }: Pick<Sources, 'onsets' | 'answers'>,
  disguise: Disguise | undefined,
): Manner {
  return {
    disguise,
    wasTaken: (commandId) => answers.get(commandId),
    alarmIdOf(alarmId) {
      const onset = onsets.get(alarmId);
      if (onset === undefined) return undefined;
      const onsetMs = onset.onsetMs + (disguise?.shiftMs ?? 0);
      return sha256(alarmIdText(captureAssociationId, onset.key, onsetMs)).slice(0, alarmIdLength);
    },
  };
}

function leftOutOf({ fromMs }: Stay, given: readonly Given[], { alarmIdOf }: Manner): number {
  const isLeftOut = ({ command, atMs }: Given) =>
    atMs >= fromMs && command.type === 'acknowledge' && alarmIdOf(command.alarmId) === undefined;
  return given.filter(isLeftOut).length;
}

/**
 * Returns the commands and changes of a capture. Limits and assessments from before the capture still hold at its start; other earlier
 * commands have ended.
 */
export function dueOf(stay: Stay, given: readonly Given[], manner: Manner, untilMs: number): Due[] {
  const commands = given.flatMap(({ command, atMs }): Due[] => {
    const isStanding = command.type === 'set-limits' || command.type === 'enter-assessment';
    if (atMs < stay.fromMs && !isStanding) return [];
    const dueMs = Math.max(atMs, stay.fromMs);
    const line = commandLine(command, dueMs, manner);
    return line ? [{ atMs: dueMs, line }] : [];
  });
  const [first, ...later] = associationLines(stay, untilMs, manner.disguise);
  return [first!, ...commands, ...later];
}
