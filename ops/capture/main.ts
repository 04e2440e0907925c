/** `npm run vigil -- capture`: writes the alarm engine's inputs from the log, one file for each patient. */
import { randomBytes } from 'node:crypto';
import { VigilError } from '../../contracts/errors.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import { visibleText } from '../../contracts/text.ts';
import { formatInstant } from '../../contracts/time.ts';
import { admitted, atDesk, type Claimed, claim, type Desk } from '../desk.ts';
import { readVigil } from '../rejected/settings.ts';
import { readOpened } from '../sealed-topic.ts';
import { type Asked, captureHelp, readAsked } from './asked.ts';
import { createDisguise } from './disguise.ts';
import { captureName, numberedName, openCapture } from './files.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { readSources, readStays, type Sources } from './sources.ts';
import type { Stay } from './stays.ts';

/** How often a long run reports its progress. */
const progressMs = 5_000;

/** @returns the exit code: 1 if nothing was found */
export async function capture(args: string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const asked = readAsked(args, Date.now());
  if (asked === undefined) {
    process.stdout.write(captureHelp);
    return 0;
  }
  const settings = readVigil(env);
  const claimed = await claim(settings, asked.userId, asked.fromStdin);
  return atDesk(settings, 'capture', (desk) => captureAt(desk, claimed, asked));
}

/** Records who asks before it reads anything. Records the content of the files before any file gets its name. */
export async function captureAt(desk: Desk, claimed: Claimed, asked: Asked): Promise<number> {
  const { wanted, why } = asked;
  const what = `${wordsOf(asked)}, why: ${why}`;
  const { actor } = await admitted(desk, claimed, 'capture-patients', wanted.ward, `capture ${what}`);
  await desk.trail.record({ actor, action: 'patients-captured', ward: wanted.ward, detail: `asked for ${what}` });
  const found = await readStays(desk, wanted, Date.now());
  if (found.stays.length === 0) {
    desk.say(`Nobody was at a device of ${visibleText(placeOf(asked))} in that time: nothing is written.`);
    sayUnreadable(desk, found.unreadable);
    return 1;
  }
  if (asked.target.file !== undefined && found.stays.length > 1)
    throw new VigilError(
      'settings-invalid',
      `${found.stays.length} patients were there: name a folder with --out, or a --bed and a shorter time.`,
    );
  const sources = await readSources(desk, found.stays, wanted);
  const recorders: Recorder[] = [];
  const drop = () => {
    for (const { file } of recorders) file.drop();
  };
  process.once('exit', drop);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  try {
    for (const [n, stay] of found.stays.entries()) recorders.push(begin(stay, n, sources, asked));
    const unreadable = found.unreadable + sources.unreadable + (await readReadings(desk, recorders, asked));
    for (const recorder of recorders) recorder.finish();
    await keepAll(desk, actor, recorders, asked);
    sayUnreadable(desk, unreadable);
    return 0;
  } finally {
    drop();
    process.off('exit', drop);
  }
}

function begin(
  stay: Stay,
  n: number,
  sources: Omit<Sources, 'stays'>,
  { target, wanted, isPseudonymous }: Asked,
): Recorder {
  const disguise = isPseudonymous ? createDisguise(() => randomBytes(4).readUInt32BE() / 2 ** 32) : undefined;
  const named = isPseudonymous ? numberedName(n + 1) : captureName(wanted.ward, stay.bed, stay.associationId);
  const file = openCapture(target.folder, target.file ?? named);
  return createRecorder(stay, file, sources, { untilMs: wanted.untilMs, disguise });
}

/** @returns how many records could not be read */
async function readReadings(desk: Desk, recorders: readonly Recorder[], { wanted }: Asked): Promise<number> {
  const byKey = new Map(recorders.map((recorder) => [recorder.stay.associationId, recorder]));
  let unreadable = 0;
  let taken = 0;
  const timer = setInterval(() => process.stderr.write(`… ${taken} records written\n`), progressMs);
  const isWanted = (key: string) => byKey.has(key);
  const read = { topic: 'observations', start: { sinceMs: wanted.sinceMs }, isWanted } as const;
  try {
    await readOpened(desk.log, desk.logger, read, (opened, { key, timestampMs }) => {
      if (timestampMs > wanted.untilMs || timestampMs < wanted.sinceMs) return;
      if (opened && byKey.get(key)!.take(opened, timestampMs)) taken += 1;
      else unreadable += 1;
    });
  } finally {
    clearInterval(timer);
  }
  return unreadable;
}

async function keepAll(
  { trail, say }: Desk,
  actor: Actor,
  recorders: readonly Recorder[],
  asked: Asked,
): Promise<void> {
  const { ward } = asked.wanted;
  const action = 'patients-captured';
  const lines = recorders.reduce((sum, { count }) => sum + count.lines, 0);
  const total = `${recorders.length} ${recorders.length === 1 ? 'patient' : 'patients'}, ${lines} lines`;
  for (const { stay, count } of recorders) {
    const { associationId, patientId } = stay;
    const whom = { ward, associationId, ...(patientId !== undefined && { patientId }) };
    await trail.record({
      actor,
      action,
      ...whom,
      detail: `${count.lines} lines of ${wordsOf(asked)}, why: ${asked.why}`,
    });
  }
  await trail.record({ actor, action, ward, detail: `written: ${total} of ${wordsOf(asked)}, why: ${asked.why}` });
  for (const { file, count } of recorders) {
    file.keep();
    say(visibleText(`${file.name}  ${count.lines} lines, ${count.readings} readings, ${count.commands} commands`));
  }
  say(`${total} written.`);
  const leftOut = recorders.reduce((sum, recorder) => sum + recorder.leftOut, 0);
  if (leftOut > 0)
    say(`${leftOut} acknowledgements are left out: of monitors' own alarms, or of alarms that are not in this time.`);
}

function wordsOf({ wanted, isPseudonymous, ...asked }: Asked): string {
  const time = `${formatInstant(wanted.sinceMs)} to ${formatInstant(wanted.untilMs)}`;
  return `${placeOf({ wanted, ...asked, isPseudonymous })}, ${time}${isPseudonymous ? ', pseudonymous' : ''}`;
}

function placeOf({ wanted: { ward, bed } }: Asked): string {
  return bed === undefined ? ward : `${ward}, bed ${bed}`;
}

function sayUnreadable({ say }: Desk, count: number): void {
  if (count > 0)
    say(
      `${count} records did not open or could not be read, and are left out: their data keys are gone or were not made for the operator.`,
    );
}
