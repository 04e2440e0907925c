/** `npm run vigil -- trends rebuild`: makes deleted trends again from the readings in Kafka. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VigilError } from '../../contracts/errors.ts';
import type { RebuildProgress } from '../../contracts/messages/rebuild.ts';
import { textFault } from '../../contracts/text.ts';
import { describeSettings, type Environment } from '../../process/settings.ts';
import { admitted, atDesk, type Claimed, claim, type Desk, whereabouts } from '../desk.ts';
import { rebuildMinutes } from '../platform/influx-minutes.ts';
import { readVigil, type VigilSettings, vigilSettings } from '../rejected/settings.ts';
import { runRebuild } from './writer-side.ts';

const help = `npm run vigil -- trends rebuild --as <user> --why <reason>
    Writes the trends of the readings and scores of the last 7 days, which Kafka still has, into InfluxDB anew, and their minutes. For an InfluxDB that was
    lost or wiped: start it first, so that it has its database. Nothing has to be stopped; running it twice changes nothing.
    Older days, of which InfluxDB kept minutes, come from a backup only.

  --as <user>         an account of the dashboard: a technician or physician of all wards (--wards '*'). Its password is asked for
  --password-stdin    its password comes on standard input
  --why <reason>      for the audit trail, which says who asked, before anything is written, and what was written

Settings:
${describeSettings(vigilSettings)}
`;

const options = {
  help: { type: 'boolean' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  why: { type: 'string' },
} as const;

const dayMs = 24 * 60 * 60_000;
/** How long InfluxDB keeps raw points (ops/platform/influx-setup.ts). */
const rawMs = 7 * dayMs;
const whyCharsMax = 200;

/** @returns the exit code */
export async function trends(args: string[], env: Environment): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (positionals.join(' ') !== 'rebuild') throw wrong(`"trends ${positionals.join(' ')}" is no command`);
  const { as: userId, why = '' } = values;
  if (userId === undefined) throw wrong('Say who asks, with --as');
  if (why.trim() === '') throw wrong('Say why, with --why');
  const fault = textFault(why);
  if (fault !== undefined) throw wrong(`--why ${fault}`);
  if (why.length > whyCharsMax) throw wrong(`--why has more than ${whyCharsMax} characters`);
  const settings = readVigil(env);
  const claimed = await claim(settings, userId, values['password-stdin'] === true);
  return atDesk(settings, 'trends', (desk) => rebuildAt(desk, claimed, settings, why));
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    throw wrong((cause as Error).message.split('. ')[0]!, cause);
  }
}

async function rebuildAt(desk: Desk, claimed: Claimed, settings: VigilSettings, why: string): Promise<number> {
  const { actor } = await admitted(desk, claimed, 'rebuild-trends', undefined, `rebuild trends, why: ${why}`);
  const action = 'trends-rebuilt';
  await desk.trail.record({ actor, action, detail: `asked for, why: ${why}` });
  const where = {
    ...whereabouts(settings, settings.trendsStateDir || settings.stateDir),
    influxUrl: settings.influxUrl,
  };
  const atInflux = `${settings.influxUrl} (${settings.influxFrom})`;
  process.stderr.write(
    `From Kafka at ${settings.kafkaBrokers} (${settings.kafkaFrom}) into InfluxDB at ${atInflux}.\n`,
  );
  const result = await runRebuild(where, atInflux, (progress) => {
    process.stderr.write(`${wordsOf(progress, settings.influxUrl)}\n`);
  });
  desk.say(`Readings: ${result.records} records read, ${result.points} points written.`);
  const setup = setupOf(settings);
  const untilMs = Date.now();
  await rebuildMinutes(setup, untilMs - rawMs, untilMs, (done, of) => {
    if (done % 24 === 0) process.stderr.write(`… minutes: ${done} of ${of} hours\n`);
  });
  desk.say('Minutes: made anew of all hours that InfluxDB keeps raw points of.');
  if (result.refused > 0) desk.say(`${result.refused} points are older than InfluxDB keeps them, and are left out.`);
  if (result.unreadable > 0)
    desk.say(`${result.unreadable} records did not open or could not be read, and are left out.`);
  await desk.trail.record({ actor, action, detail: `written: ${result.points} points, why: ${why}` });
  return 0;
}

function setupOf(settings: VigilSettings) {
  const stateDir = settings.setupStateDir || settings.stateDir;
  const read = (...path: string[]) => {
    try {
      return readFileSync(join(stateDir, ...path), 'utf8');
    } catch (cause) {
      throw new VigilError(
        'settings-invalid',
        `${join(stateDir, ...path)} cannot be read: see VIGIL_SETUP_STATE_DIR.`,
        {
          cause,
        },
      );
    }
  };
  const ca = read('certs', 'ca.pem');
  return { url: settings.influxUrl, ca, adminPassword: read('secrets', 'influx-admin.password').trim(), users: [] };
}

function wordsOf({ records, ahead, points, isStoreAway }: RebuildProgress, influxUrl: string): string {
  const percent = records + ahead === 0 ? 0 : Math.floor((100 * records) / (records + ahead));
  const trouble = isStoreAway
    ? `; InfluxDB at ${influxUrl} (VIGIL_INFLUX_URL) does not answer, trying again for a minute`
    : '';
  return `… ${records} records read, at least ${ahead} ahead (${percent} %), ${points} points written${trouble}`;
}

function wrong(message: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- trends --help.`, { cause });
}
