/** `npm run vigil -- capture`: writes the alarm engine's inputs from the log, one file for each patient. */
import { randomBytes } from 'node:crypto';
import { VigilError } from '../../contracts/errors.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import { visibleText } from '../../contracts/text.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Terminal } from '../../process/terminal.ts';
import {
  type ClaimedAccount,
  type OperatorContext,
  readAccount,
  requirePermission,
  withOperatorContext,
} from '../operator-context.ts';
import { readVigil } from '../rejected/settings.ts';
import { readOpened } from '../sealed-topic.ts';
import { type CaptureRequest, captureHelp, readRequest } from './arguments.ts';
import { createDisguise } from './disguise.ts';
import { captureName, numberedName, openCapture } from './files.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { readSources, readStays, type Sources } from './sources.ts';
import type { Stay } from './stays.ts';

/** How often a long run reports its progress. */
const progressMs = 5_000;

/** Runs the command. Returns the exit code: 1 if no patient was at a device in that time. */
export async function capture(args: readonly string[], terminal: Terminal): Promise<number> {
  const request = readRequest(args, Date.now());
  if (request === undefined) {
    terminal.writeOut(captureHelp);
    return 0;
  }
  const settings = readVigil(terminal.env);
  const account = await readAccount(settings, request.userId, request.fromStdin, terminal);
  return withOperatorContext(settings, 'capture', terminal, (context) => captureAt(context, account, request));
}

/**
 * Writes the captures of a request. Writes to the audit trail who asks, before it reads the log. Writes to the audit
 * trail which patients are in the files, before the files get their names. Returns the exit code.
 */
export async function captureAt(
  context: OperatorContext,
  account: ClaimedAccount,
  request: CaptureRequest,
): Promise<number> {
  const { scope, why } = request;
  const detail = `${describeRequest(request)}, why: ${why}`;
  const { actor } = await requirePermission(context, account, 'capture-patients', scope.ward, `capture ${detail}`);
  await context.trail.record({ actor, action: 'patients-captured', ward: scope.ward, detail: `asked for ${detail}` });
  const { stays, unreadable: unreadableStays } = await readStays(context, scope, Date.now());
  if (stays.length === 0) {
    context.say(`No patient was at a device of ${visibleText(placeOf(request))} in that time, so no file is written.`);
    sayUnreadable(context, unreadableStays);
    return 1;
  }
  if (request.target.file !== undefined && stays.length > 1)
    throw new VigilError(
      'settings-invalid',
      `${stays.length} patients were there in that time: name a folder with --out, or select one patient with --bed and a shorter time.`,
    );
  const sources = await readSources(context, stays, scope);
  const recorders: Recorder[] = [];
  const discardIncompleteFiles = () => {
    for (const { file } of recorders) file.discard();
  };
  process.once('exit', discardIncompleteFiles);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  try {
    for (const [index, stay] of stays.entries()) recorders.push(openRecorder(stay, index, sources, request));
    const unreadable = unreadableStays + sources.unreadable + (await readReadings(context, recorders, request));
    for (const recorder of recorders) recorder.finish();
    await completeFiles(context, actor, recorders, request);
    sayUnreadable(context, unreadable);
    return 0;
  } finally {
    discardIncompleteFiles();
    process.off('exit', discardIncompleteFiles);
  }
}

function openRecorder(
  stay: Stay,
  index: number,
  sources: Omit<Sources, 'stays'>,
  { target, scope, isPseudonymous }: CaptureRequest,
): Recorder {
  const disguise = isPseudonymous ? createDisguise(() => randomBytes(4).readUInt32BE() / 2 ** 32) : undefined;
  const defaultName = isPseudonymous ? numberedName(index + 1) : captureName(scope.ward, stay.bed, stay.associationId);
  const file = openCapture(target.folder, target.file ?? defaultName);
  return createRecorder(stay, file, sources, { untilMs: scope.untilMs, disguise });
}

/** Reads the readings of all patients into their recorders. Returns the number of records that could not be read. */
async function readReadings(
  context: OperatorContext,
  recorders: readonly Recorder[],
  { scope }: CaptureRequest,
): Promise<number> {
  const recordersByKey = new Map(recorders.map((recorder) => [recorder.stay.associationId, recorder]));
  let unreadable = 0;
  let written = 0;
  const timer = setInterval(() => context.sayProgress(`… ${written} records written`), progressMs);
  const isWanted = (key: string) => recordersByKey.has(key);
  const read = { topic: 'observations', start: { sinceMs: scope.sinceMs }, isWanted } as const;
  try {
    await readOpened(context.log, context.logger, read, (opened, { key, timestampMs }) => {
      if (timestampMs > scope.untilMs || timestampMs < scope.sinceMs) return;
      if (opened && recordersByKey.get(key)!.take(opened, timestampMs)) written += 1;
      else unreadable += 1;
    });
  } finally {
    clearInterval(timer);
  }
  return unreadable;
}

/** Writes each patient and the total to the audit trail, and then gives the files their final names. */
async function completeFiles(
  { trail, say }: OperatorContext,
  actor: Actor,
  recorders: readonly Recorder[],
  request: CaptureRequest,
): Promise<void> {
  const { ward } = request.scope;
  const action = 'patients-captured';
  const lines = recorders.reduce((sum, { count }) => sum + count.lines, 0);
  const total = `${recorders.length} ${recorders.length === 1 ? 'patient' : 'patients'}, ${lines} lines`;
  for (const { stay, count } of recorders) {
    const { associationId, patientId } = stay;
    const patient = { ward, associationId, ...(patientId !== undefined && { patientId }) };
    await trail.record({
      actor,
      action,
      ...patient,
      detail: `${count.lines} lines of ${describeRequest(request)}, why: ${request.why}`,
    });
  }
  const detail = `written: ${total} of ${describeRequest(request)}, why: ${request.why}`;
  await trail.record({ actor, action, ward, detail });
  for (const { file, count } of recorders) {
    file.complete();
    say(visibleText(`${file.name}  ${count.lines} lines, ${count.readings} readings, ${count.commands} commands`));
  }
  say(`${total} written.`);
  const unnamedCount = recorders.reduce((sum, recorder) => sum + recorder.leftOut, 0);
  if (unnamedCount > 0)
    say(
      `${unnamedCount} acknowledgements are left out: their alarms are a monitor's own alarms, or are not in this time.`,
    );
}

function describeRequest({ scope, isPseudonymous }: CaptureRequest): string {
  const time = `${formatInstant(scope.sinceMs)} to ${formatInstant(scope.untilMs)}`;
  return `${placeOf({ scope })}, ${time}${isPseudonymous ? ', pseudonymous' : ''}`;
}

function placeOf({ scope: { ward, bed } }: Pick<CaptureRequest, 'scope'>): string {
  return bed === undefined ? ward : `${ward}, bed ${bed}`;
}

function sayUnreadable({ say }: OperatorContext, count: number): void {
  if (count > 0)
    say(
      `${count} records are left out because they could not be decrypted or read: their keys were deleted, or were not made for the operator.`,
    );
}
