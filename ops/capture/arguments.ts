/** The arguments of `npm run vigil -- capture`, and its help. */
import { VigilError } from '../../contracts/errors.ts';
import { textFault } from '../../contracts/text.ts';
import { kafkaTopics } from '../../contracts/topics.ts';
import { readArguments } from '../../process/command.ts';
import { settingsHelpText } from '../../process/settings.ts';
import { readSince } from '../rejected/arguments.ts';
import { vigilSettings } from '../rejected/settings.ts';
import { type Target, targetOf } from './files.ts';
import type { CaptureScope } from './stays.ts';

export const captureHelp = `npm run vigil -- capture --ward <ward> --since <24h> --why <reason> --as <user> --out <folder|file.ndjson>
    Writes the inputs of the alarm engine from the log: one file (NDJSON) for each patient who was at a device of the
    ward in that time. npm run vigil -- replay --capture <file> runs the alarm engine on a file (docs/developer.md,
    Captures).

  --ward <ward>       the ward where the patient is now or was last
  --bed <bed>         only patients in this bed
  --since <30m|12h|7d|time>   the beginning of the time; the log keeps readings for 7 days
  --until <30m|12h|7d|time>   the end of the time; default: now
  --out <folder|file.ndjson>  the folder for the files, or a file for one patient. Existing files are not overwritten.
                      Only you can read the files (mode 0600). A folder in a git work tree is refused
  --in-git            allows a folder in a git work tree
  --pseudonymous      replaces devices, wards, people and ids by made-up names, moves all times of a file by the same
                      number of days and minutes, and leaves out texts of people and devices. The values stay: a
                      person who knows the patient may recognise them, so the file is still a patient's data
  --as <user>         your account of the dashboard: a physician who has the ward. You are asked for the password
  --password-stdin    reads the password from standard input
  --why <reason>      the reason, for the audit trail. The audit trail records the capture before a file is complete

Settings:
${settingsHelpText(vigilSettings)}
`;

export type CaptureRequest = {
  readonly scope: CaptureScope;
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

/** Reads the arguments. Returns undefined for `--help`. @throws VigilError `settings-invalid` */
export function readRequest(args: readonly string[], nowMs: number): CaptureRequest | undefined {
  const { values } = readArguments(args, { allowPositionals: false, options }, usageError);
  if (values.help) return undefined;
  const { ward = '', bed, why = '' } = values;
  const needed = (['ward', 'since', 'out', 'as', 'why'] as const).find((name) => !values[name]);
  if (needed !== undefined) throw usageError(`capture needs --${needed}`);
  for (const name of ['ward', 'bed', 'why'] as const) {
    const fault = values[name] === undefined ? undefined : textFault(values[name]);
    if (fault !== undefined) throw usageError(`--${name} ${fault}`);
  }
  if (why.length > 200) throw usageError('--why has more than 200 characters');
  const sinceMs = readSince(values.since!, nowMs);
  const untilMs = values.until === undefined ? nowMs : readSince(values.until, nowMs, '--until');
  if (untilMs > nowMs) throw usageError('--until is in the future');
  if (sinceMs >= untilMs) throw usageError('--since is not before --until');
  const { retentionMs } = kafkaTopics.observations;
  if (sinceMs < nowMs - retentionMs)
    throw usageError(`--since is too early: the log keeps readings for only ${retentionMs / 86_400_000} days`);
  return {
    scope: { ward, bed, sinceMs, untilMs },
    target: targetOf(values.out!, values['in-git'] === true),
    isPseudonymous: values.pseudonymous === true,
    why,
    userId: values.as!,
    fromStdin: values['password-stdin'] === true,
  };
}

function usageError(message: string, cause?: Error): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- capture --help.`, { cause });
}
