/** The arguments of `npm run vigil -- capture`, and its help. */
import { parseArgs } from 'node:util';
import { VigilError } from '../../contracts/errors.ts';
import { textFault } from '../../contracts/text.ts';
import { kafkaTopics } from '../../contracts/topics.ts';
import { describeSettings } from '../../process/settings.ts';
import { vigilSettings } from '../rejected/settings.ts';
import { readSince } from '../rejected/words.ts';
import { type Target, targetOf } from './files.ts';
import type { Wanted } from './stays.ts';

export const captureHelp = `npm run vigil -- capture --ward <ward> --since <24h> --why <reason> --as <user> --out <folder|file.ndjson>
    Writes what the alarm engine was fed, from the log: one file (NDJSON) for each patient who was at a device of the
    ward in that time. npm run vigil -- replay --capture <file> judges it (docs/developer.md, Captures).

  --ward <ward>       the ward where the patient is now or was last
  --bed <bed>         only of this bed
  --since <30m|12h|7d|time>   from when on; the log keeps readings for 7 days
  --until <30m|12h|7d|time>   up to when; default: now
  --out <folder|file.ndjson>  where to; a file takes one patient. What is there already is not overwritten. Files are
                      for you alone (0600), and are not written into a git work tree
  --in-git            into a git work tree all the same
  --pseudonymous      made-up devices, wards, people and ids; times moved by one number of days and minutes for each
                      file; texts of people and devices left out. The course of the values stays: it is still a
                      patient's, and who knows the patient may know it again
  --as <user>         an account of the dashboard: a physician who has the ward. Its password is asked for
  --password-stdin    its password comes on standard input
  --why <reason>      for the audit trail, which says who wrote what of whom before there is a file

Settings:
${describeSettings(vigilSettings)}
`;

export type Asked = {
  readonly wanted: Wanted;
  readonly target: Target;
  readonly isPseudonymous: boolean;
  readonly why: string;
  readonly userId: string;
  readonly fromStdin: boolean;
};

const options = {
  help: { type: 'boolean' },
  ward: { type: 'string' },
  bed: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  out: { type: 'string' },
  'in-git': { type: 'boolean' },
  pseudonymous: { type: 'boolean' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  why: { type: 'string' },
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (cause) {
    throw new VigilError('settings-invalid', seeHelp((cause as Error).message.split('. ')[0]!), { cause });
  }
}

/** @returns undefined if the person asks for help. @throws VigilError `settings-invalid` */
export function readAsked(args: string[], nowMs: number): Asked | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { ward = '', bed, why = '' } = values;
  const needed = (['ward', 'since', 'out', 'as', 'why'] as const).find((name) => !values[name]);
  if (needed !== undefined) throw wrong(`capture needs --${needed}`);
  for (const name of ['ward', 'bed', 'why'] as const) {
    const fault = values[name] === undefined ? undefined : textFault(values[name]);
    if (fault !== undefined) throw wrong(`--${name} ${fault}`);
  }
  if (why.length > 200) throw wrong('--why has more than 200 characters');
  const sinceMs = readSince(values.since!, nowMs);
  const untilMs = values.until === undefined ? nowMs : readSince(values.until, nowMs, '--until');
  if (untilMs > nowMs) throw wrong('--until lies in the future');
  if (sinceMs >= untilMs) throw wrong('--since does not lie before --until');
  const { retentionMs } = kafkaTopics.observations;
  if (sinceMs < nowMs - retentionMs)
    throw wrong(`--since reaches further back than the log keeps readings, ${retentionMs / 86_400_000} days`);
  return {
    wanted: { ward, bed, sinceMs, untilMs },
    target: targetOf(values.out!, values['in-git'] === true),
    isPseudonymous: values.pseudonymous === true,
    why,
    userId: values.as!,
    fromStdin: values['password-stdin'] === true,
  };
}

function wrong(message: string): VigilError {
  return new VigilError('settings-invalid', seeHelp(message));
}

function seeHelp(message: string): string {
  return `${message}; see npm run vigil -- capture --help.`;
}
