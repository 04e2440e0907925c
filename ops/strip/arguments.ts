/** Reads the arguments of `npm run vigil -- strip`, and has its help text. */
import { VigilError } from '../../contracts/errors.ts';
import { readArguments } from '../../process/command.ts';
import { settingsHelpText } from '../../process/settings.ts';
import { idStartLengthMin, readAlarmId } from '../alarm-id.ts';
import { vigilSettings } from '../rejected/settings.ts';

export const stripHelp = `npm run vigil -- strip <alarm> --pdf <file> --as <user> [--onset <number>] [--force]
    Writes the waves around the onset of an alarm as a PDF, true to scale (25 mm/s, 10 mm/mV): patient, bed, times with
    their zone, limits in force, numbers at the onset, and digests (docs/strips.md). Kafka keeps strips for 30 days.

  <alarm>             the id of the alarm, as the audit trail shows it, or at least its first ${idStartLengthMin} characters. If the id
                      begins with a hyphen, give all options first, then --, then the id
  --pdf <file>        the file. Only you can read it (mode 0600). An existing file is not overwritten. A folder in a git
                      work tree is refused
  --force             overwrites an existing file
  --in-git            allows a folder in a git work tree
  --onset <number>    which onset of the alarm: 1 for the first, which is the default
  --as <user>         your account of the dashboard: a nurse or a physician who has the ward in which the bed was at the
                      onset. You are asked for the password. The audit trail records the command before it reads the strip
  --password-stdin    reads the password from standard input

Settings:
${settingsHelpText(vigilSettings)}
`;

export type StripRequest = {
  /** The id of the alarm, or its beginning. */
  readonly idStart: string;
  readonly onset: number;
  readonly file: string;
  readonly mayReplace: boolean;
  readonly mayBeInGit: boolean;
  readonly userId: string;
  readonly fromStdin: boolean;
};

const options = {
  help: { type: 'boolean' },
  pdf: { type: 'string' },
  force: { type: 'boolean' },
  'in-git': { type: 'boolean' },
  onset: { type: 'string' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

/** Reads the arguments. Returns undefined for `--help`. @throws VigilError `settings-invalid` */
export function readRequest(args: readonly string[]): StripRequest | undefined {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) return undefined;
  const idStart = readAlarmId(positionals, usageError);
  const { onset = '1', pdf } = values;
  if (!/^[1-9]\d{0,5}$/.test(onset)) throw usageError('--onset takes the number of an onset: 1, 2, …');
  if (pdf === undefined || pdf === '') throw usageError('Name the file with --pdf');
  if (values.as === undefined) throw usageError('Name your account with --as');
  return {
    ...{ idStart, onset: Number(onset), file: pdf, userId: values.as },
    ...{ mayReplace: values.force === true, mayBeInGit: values['in-git'] === true },
    fromStdin: values['password-stdin'] === true,
  };
}

function usageError(message: string, cause?: Error): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- strip --help.`, { cause });
}
