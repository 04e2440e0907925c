/** `npm run vigil -- trends rebuild`: writes lost trends into InfluxDB again, from the readings in Kafka. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import type { RebuildProgress } from '../../contracts/messages/rebuild.ts';
import { textFault } from '../../contracts/text.ts';
import { rawKeptMs } from '../../contracts/trend-retention.ts';
import { readArguments } from '../../process/command.ts';
import { settingsHelpText } from '../../process/settings.ts';
import type { Terminal } from '../../process/terminal.ts';
import {
  type ClaimedAccount,
  kafkaClientAddresses,
  type OperatorContext,
  readAccount,
  requirePermission,
  withOperatorContext,
} from '../operator-context.ts';
import { rebuildMinutes } from '../platform/influx-minutes.ts';
import { readVigil, type VigilSettings, vigilSettings } from '../rejected/settings.ts';
import { runRebuild } from './writer-side.ts';

const help = `npm run vigil -- trends rebuild --as <user> --why <reason>
    Writes the readings and scores of the last 7 days, which Kafka still has, into InfluxDB again, and computes their
    minute values. Use it if InfluxDB lost its data: start InfluxDB first, so that it has its database. Do not stop
    anything for this. A second run changes nothing. Only a backup has the minute values of older days.

  --as <user>         your account of the dashboard: a technician or physician with all wards (--wards '*'). You are asked for the password
  --password-stdin    reads the password from standard input
  --why <reason>      the reason, for the audit trail. The audit trail records who asked before anything is written, and what was written

Settings:
${settingsHelpText(vigilSettings)}
`;

const options = {
  help: { type: 'boolean' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  why: { type: 'string' },
} as const;

/** Maximum length of the reason for a rebuild (`--why`), characters. */
const whyCharsMax = 200;

/** Runs the command. Returns the exit code. */
export async function trends(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) {
    terminal.writeOut(help);
    return 0;
  }
  if (positionals.join(' ') !== 'rebuild') throw usageError(`"trends ${positionals.join(' ')}" is not a command`);
  const { as: userId, why = '' } = values;
  if (userId === undefined) throw usageError('Name your account with --as');
  if (why.trim() === '') throw usageError('Give the reason with --why');
  const fault = textFault(why);
  if (fault !== undefined) throw usageError(`--why ${fault}`);
  if (why.length > whyCharsMax) throw usageError(`--why has more than ${whyCharsMax} characters`);
  const settings = readVigil(terminal.env);
  const account = await readAccount(settings, userId, values['password-stdin'] === true, terminal);
  return withOperatorContext(settings, 'trends', terminal, (context) => rebuildAt(context, account, settings, why));
}

async function rebuildAt(
  context: OperatorContext,
  account: ClaimedAccount,
  settings: VigilSettings,
  why: string,
): Promise<number> {
  const { actor } = await requirePermission(
    context,
    account,
    'rebuild-trends',
    undefined,
    `rebuild trends, why: ${why}`,
  );
  const action = 'trends-rebuilt';
  await context.trail.record({ actor, action, detail: `asked for, why: ${why}` });
  const addresses = {
    ...kafkaClientAddresses(settings, settings.trendsStateDir || settings.stateDir),
    influxUrl: settings.influxUrl,
  };
  const influxAddress = `${settings.influxUrl} (${settings.influxFrom})`;
  context.sayProgress(
    `Reading from Kafka at ${settings.kafkaBrokers} (${settings.kafkaFrom}), writing into InfluxDB at ${influxAddress}.`,
  );
  const result = await runRebuild(addresses, influxAddress, (progress) => {
    context.sayProgress(progressLine(progress, settings.influxUrl));
  });
  context.say(`Readings: ${result.records} records read, ${result.points} points written.`);
  const setup = setupOf(settings);
  const untilMs = Date.now();
  await rebuildMinutes(setup, untilMs - rawKeptMs, untilMs, (done, total) => {
    if (done % 24 === 0) context.sayProgress(`… minute values: ${done} of ${total} hours computed`);
  });
  context.say('Minute values: computed again for all hours for which InfluxDB has raw points.');
  if (result.refused > 0)
    context.say(`${result.refused} points are left out because they are older than InfluxDB keeps points.`);
  if (result.unreadable > 0)
    context.say(`${result.unreadable} records or points are left out because they could not be decrypted or read.`);
  await context.trail.record({ actor, action, detail: `written: ${result.points} points, why: ${why}` });
  return 0;
}

/**
 * Returns the connection to InfluxDB as its administrator.
 * @throws VigilError `settings-invalid` if a file cannot be read
 */
function setupOf(settings: VigilSettings) {
  const stateDir = settings.setupStateDir || settings.stateDir;
  const read = (...path: string[]) => {
    try {
      return readFileSync(join(stateDir, ...path), 'utf8');
    } catch (cause) {
      throw new VigilError(
        'settings-invalid',
        `${join(stateDir, ...path)} cannot be read: set VIGIL_SETUP_STATE_DIR to the folder with this file.`,
        {
          cause,
        },
      );
    }
  };
  const ca = read('certs', 'ca.pem');
  return { url: settings.influxUrl, ca, adminPassword: read('secrets', 'influx-admin.password').trim(), users: [] };
}

function progressLine({ records, ahead, points, isStoreAway }: RebuildProgress, influxUrl: string): string {
  const percent = records + ahead === 0 ? 0 : Math.floor((100 * records) / (records + ahead));
  const trouble = isStoreAway
    ? `; InfluxDB at ${influxUrl} (VIGIL_INFLUX_URL) does not answer, trying again for up to a minute`
    : '';
  return `… ${records} records read, at least ${ahead} more to read (${percent} %), ${points} points written${trouble}`;
}

function usageError(message: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- trends --help.`, { cause });
}
