/** Reads the arguments of `npm run vigil -- strip`, and has its help text. */
import { VigilError } from '../../contracts/errors.ts';
import { readArguments } from '../../process/command.ts';
import { settingsHelpText } from '../../process/settings.ts';
import { idStartLengthMin, readAlarmId } from '../alarm-id.ts';
import { vigilSettings } from '../rejected/settings.ts';

export const stripHelp = `npm run vigil -- strip <alarm> --pdf <file> --as <user> [--onset <number>] [--force]
npm run vigil -- strip --at <time> (--bed <bed> | --patient <id>) [--ward <ward>] --as <user>
    The second form lists the strips of a bed or of a patient from 30 minutes before to 30 minutes after a time, with the
    ids of their alarms. The first form writes the waves around the onset of an alarm as a PDF, true to scale (25 mm/s, 10 mm/mV): patient, bed, times with
    their zone, limits in force, numbers at the onset, and digests (docs/strips.md). Kafka keeps strips for 30 days.

  <alarm>             the id of the alarm, as the audit trail shows it, or at least its first ${idStartLengthMin} characters. If the id
                      begins with a hyphen, give all options first, then --, then the id
  --pdf <file>        the file. Only you can read it (mode 0600). An existing file is not overwritten. A folder in a git
                      work tree is refused
  --force             overwrites an existing file
  --in-git            allows a folder in a git work tree
  --onset <number>    which onset of the alarm: 1 for the first, which is the default
  --at <time>         a time such as 2026-11-30T14:03 in the time zone of this machine, or with a zone: 2026-11-30T14:03Z
  --bed <bed>         the bed at the onset
  --ward <ward>       the ward of this bed; without it, all your wards
  --patient <id>      the id of the patient
  --as <user>         your account of the dashboard: a nurse or a physician who has the ward in which the bed was at the
                      onset. You are asked for the password. The audit trail records the look before you get its result
  --password-stdin    reads the password from standard input

Settings:
${settingsHelpText(vigilSettings)}
`;

/** The strips that the second form of the command lists. */
export type StripSearch = {
  readonly atMs: number;
  readonly ward: string | undefined;
  readonly bed: string | undefined;
  readonly patientId: string | undefined;
};

export type StripListRequest = {
  readonly search: StripSearch;
  readonly userId: string;
  readonly fromStdin: boolean;
};

export type StripRequest = {
  readonly search?: undefined;
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
  at: { type: 'string' },
  bed: { type: 'string' },
  ward: { type: 'string' },
  patient: { type: 'string' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

/** Reads the arguments. Returns undefined for `--help`. @throws VigilError `settings-invalid` */
export function readRequest(args: readonly string[]): StripRequest | StripListRequest | undefined {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) return undefined;
  const { onset = '1', pdf, at, bed, ward, patient } = values;
  if (at !== undefined) {
    if (positionals.length > 0 || pdf !== undefined) throw usageError('A list has no alarm and no file');
    if (values.as === undefined) throw usageError('Name your account with --as');
    const search = readSearch(at, { bed, ward, patientId: patient });
    return { search, userId: values.as, fromStdin: values['password-stdin'] === true };
  }
  if ((bed ?? ward ?? patient) !== undefined) throw usageError('Name the time with --at');
  const idStart = readAlarmId(positionals, usageError);
  if (!/^[1-9]\d{0,5}$/.test(onset)) throw usageError('--onset takes the number of an onset: 1, 2, …');
  if (pdf === undefined || pdf === '') throw usageError('Name the file with --pdf');
  if (values.as === undefined) throw usageError('Name your account with --as');
  return {
    ...{ idStart, onset: Number(onset), file: pdf, userId: values.as },
    ...{ mayReplace: values.force === true, mayBeInGit: values['in-git'] === true },
    fromStdin: values['password-stdin'] === true,
  };
}

/** A date and a time of day, perhaps with a zone. `Date.parse` alone would misunderstand some texts. */
const timePattern = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/;

function readSearch(at: string, where: Omit<StripSearch, 'atMs'>): StripSearch {
  const atMs = timePattern.test(at) ? Date.parse(at.replace(' ', 'T')) : Number.NaN;
  if (!Number.isFinite(atMs)) throw usageError(`"${at}" is not a time such as 2026-11-30T14:03`);
  if (where.bed === undefined && where.patientId === undefined) throw usageError('Name a bed or a patient');
  return { atMs, ...where };
}

function usageError(message: string, cause?: Error): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- strip --help.`, { cause });
}
