/** Reads the other parts of captures from the log: the patients at the ward's devices, the commands, and the alarms that they answer. */
import type { Logger } from 'pino';
import { alarmKey } from '../../contracts/alarm-id.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { Command } from '../../contracts/messages/alarms.ts';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readTopic } from '../sealed-topic.ts';
import { type Stay, staysOf, type Wanted } from './stays.ts';

/**
 * Maximum numbers of patients, commands and alarms of one run. Beyond them the run is refused, and the person must ask for a shorter time
 * (ours).
 */
const staysMax = 500;
const commandsMax = 100_000;
const alarmsMax = 200_000;

export type Given = { readonly command: Command; readonly atMs: number };
/** The values from which an alarm's id is made. */
export type Onset = { readonly key: string; readonly onsetMs: number };

export type Sources = {
  readonly stays: readonly Stay[];
  /** By association, in order. */
  readonly commands: ReadonlyMap<string, readonly Given[]>;
  readonly onsets: ReadonlyMap<string, Onset>;
  /** By command: whether the engine took it. */
  readonly answers: ReadonlyMap<string, boolean>;
  /** Records that did not open or could not be read. */
  readonly unreadable: number;
};

type Log = { readonly log: SealedLog; readonly logger: Logger };

/** Returns the stays of a ward. @throws VigilError `settings-invalid` if there are too many */
export async function readStays(
  { log, logger }: Log,
  wanted: Wanted,
  nowMs: number,
): Promise<{ readonly stays: readonly Stay[]; readonly unreadable: number }> {
  const rows = new Map<string, DeviceAssociations>();
  let unreadable = 0;
  await readTopic(log, logger, { topic: 'associations', start: 'beginning' }, (read) => {
    if (read?.record.contentType !== contentTypes.associations) {
      unreadable += 1;
      return;
    }
    const { body } = read.record;
    const before = rows.get(body.deviceId);
    if (!before || before.version <= body.version) rows.set(body.deviceId, body);
  });
  const found = [...rows.values()].map((row) => staysOf(row, wanted, nowMs));
  const stays = found.flatMap((some) => some ?? []).sort((a, b) => a.fromMs - b.fromMs);
  if (stays.length > staysMax) throw tooMany(`${stays.length} patients`);
  return { stays, unreadable: unreadable + found.filter((some) => some === undefined).length };
}

/** Returns people's commands and the answers to them. */
export async function readSources(desk: Log, stays: readonly Stay[], wanted: Wanted): Promise<Omit<Sources, 'stays'>> {
  const ids = new Set(stays.map(({ associationId }) => associationId));
  const isWanted = (key: string) => ids.has(key);
  const [commands, told] = await Promise.all([
    readCommands(desk, isWanted, wanted.untilMs),
    readTold(desk, isWanted, wanted.sinceMs),
  ]);
  return { ...commands, ...told, unreadable: commands.unreadable + told.unreadable };
}

/** Reads from the beginning, because limits that were set earlier still hold. */
async function readCommands({ log, logger }: Log, isWanted: (key: string) => boolean, untilMs: number) {
  const commands = new Map<string, Given[]>();
  let count = 0;
  let unreadable = 0;
  await readTopic(log, logger, { topic: 'commands', start: 'beginning', isWanted }, (read, { key, timestampMs }) => {
    if (read?.record.contentType !== contentTypes.command) {
      unreadable += 1;
      return;
    }
    if (timestampMs > untilMs) return;
    count += 1;
    if (count > commandsMax) throw tooMany('commands');
    const ofKey = commands.get(key) ?? [];
    ofKey.push({ command: read.record.body, atMs: timestampMs });
    commands.set(key, ofKey);
  });
  return { commands, unreadable };
}

async function readTold({ log, logger }: Log, isWanted: (key: string) => boolean, sinceMs: number) {
  const onsets = new Map<string, Onset>();
  const answers = new Map<string, boolean>();
  let unreadable = 0;
  await readTopic(log, logger, { topic: 'alarms', start: { sinceMs }, isWanted }, (read) => {
    const record = read?.record;
    if (record === undefined) unreadable += 1;
    else if (record.contentType === contentTypes.commandAnswer)
      answers.set(record.body.commandId, record.body.accepted);
    else if (record.contentType === contentTypes.alarmEvent) {
      const { alarm } = record.body;
      // The key of a device's own alarm contains more than the alarm says. So a capture cannot name an acknowledgement of it.
      if (alarm.origin === 'device') return;
      onsets.set(alarm.alarmId, { key: alarmKey(alarm), onsetMs: Date.parse(alarm.onsetAt) });
    }
    if (onsets.size > alarmsMax) throw tooMany('alarms');
  });
  return { onsets, answers, unreadable };
}

function tooMany(what: string): VigilError {
  return new VigilError('settings-invalid', `Too many at once (${what}): ask for a bed or a shorter time.`);
}
