/**
 * Reads from the log the parts of captures that are not readings: the ward's patients, the commands, and the alarms.
 */
import type { Logger } from 'pino';
import { alarmKey } from '../../contracts/alarm-id.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { Command } from '../../contracts/messages/alarms.ts';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readTopic } from '../sealed-topic.ts';
import { type CaptureScope, type Stay, staysOf } from './stays.ts';

/**
 * Maximum numbers of patients, commands and alarms in one run (our choice). If there are more, the person must select
 * a shorter time.
 */
const staysMax = 500;
const commandsMax = 100_000;
const alarmsMax = 200_000;

/** A command and the time at which Kafka got it, ms since 1970. */
export type TimedCommand = { readonly command: Command; readonly atMs: number };
/** The values from which an alarm's id is made. */
export type Onset = { readonly key: string; readonly onsetMs: number };

export type Sources = {
  readonly stays: readonly Stay[];
  /** The commands of each association, in the order of the log. */
  readonly commands: ReadonlyMap<string, readonly TimedCommand[]>;
  /** The onset of each alarm, by alarm id. */
  readonly onsets: ReadonlyMap<string, Onset>;
  /** Whether the engine accepted a command, by command id. */
  readonly answers: ReadonlyMap<string, boolean>;
  /** Number of records that could not be decrypted or read. */
  readonly unreadable: number;
};

type Log = { readonly log: SealedLog; readonly logger: Logger };

/** Returns the stays of a ward, oldest first. @throws VigilError `settings-invalid` if there are too many stays */
export async function readStays(
  { log, logger }: Log,
  scope: CaptureScope,
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
    const earlierRow = rows.get(body.deviceId);
    if (!earlierRow || earlierRow.version <= body.version) rows.set(body.deviceId, body);
  });
  const staysByRow = [...rows.values()].map((row) => staysOf(row, scope, nowMs));
  const stays = staysByRow.flatMap((staysOfRow) => staysOfRow ?? []).sort((a, b) => a.fromMs - b.fromMs);
  if (stays.length > staysMax) throw tooManyError('patients');
  return { stays, unreadable: unreadable + staysByRow.filter((staysOfRow) => staysOfRow === undefined).length };
}

/** Returns the commands and alarms of the stays, and the engine's answers to the commands. */
export async function readSources(
  context: Log,
  stays: readonly Stay[],
  scope: CaptureScope,
): Promise<Omit<Sources, 'stays'>> {
  const ids = new Set(stays.map(({ associationId }) => associationId));
  const isWanted = (key: string) => ids.has(key);
  const [commands, alarms] = await Promise.all([
    readCommands(context, isWanted, scope.untilMs),
    readAlarms(context, isWanted, scope.sinceMs),
  ]);
  return { ...commands, ...alarms, unreadable: commands.unreadable + alarms.unreadable };
}

/**
 * Reads all commands up to a time. Commands from before the capture are included, because limits that were set earlier
 * are still in force.
 */
async function readCommands({ log, logger }: Log, isWanted: (key: string) => boolean, untilMs: number) {
  const commands = new Map<string, TimedCommand[]>();
  let count = 0;
  let unreadable = 0;
  await readTopic(log, logger, { topic: 'commands', start: 'beginning', isWanted }, (read, { key, timestampMs }) => {
    if (read?.record.contentType !== contentTypes.command) {
      unreadable += 1;
      return;
    }
    if (timestampMs > untilMs) return;
    count += 1;
    if (count > commandsMax) throw tooManyError('commands');
    const commandsOfKey = commands.get(key) ?? [];
    commandsOfKey.push({ command: read.record.body, atMs: timestampMs });
    commands.set(key, commandsOfKey);
  });
  return { commands, unreadable };
}

/** Reads the onsets of alarms, and the engine's answers to commands. */
async function readAlarms({ log, logger }: Log, isWanted: (key: string) => boolean, sinceMs: number) {
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
      // A monitor's own alarm cannot be named in a capture, because its record lacks some values from which the id is
      // made.
      if (alarm.origin === 'device') return;
      onsets.set(alarm.alarmId, { key: alarmKey(alarm), onsetMs: Date.parse(alarm.onsetAt) });
    }
    if (onsets.size > alarmsMax) throw tooManyError('alarms');
  });
  return { onsets, answers, unreadable };
}

function tooManyError(what: string): VigilError {
  return new VigilError('settings-invalid', `There are too many ${what} in this time: select a bed or a shorter time.`);
}
