/** Reads the arguments of `npm run vigil -- explain`, and has its help text. */
import { VigilError } from '../../contracts/errors.ts';
import { readArguments } from '../../process/command.ts';
import { settingsHelpText } from '../../process/settings.ts';
import { idStartLengthMin, readAlarmId } from '../alarm-id.ts';
import { vigilSettings } from '../rejected/settings.ts';

export const explainHelp = `npm run vigil -- explain <alarm> --as <user> [--json]
    Says what happened to an alarm, from what the log has: the delay chain from the patient to the person, a timeline,
    who could see the alarm, and what the log shows as a reason why nobody came. What the log does not show is "not known".

  <alarm>             the id of the alarm, as the audit trail shows it, or at least its first ${idStartLengthMin} characters. With only
                      a part of the id, the command is slower, because it reads the whole topic of alarms. If the id
                      begins with a hyphen, give all options first, then --, then the id
  --as <user>         your account of the dashboard: a physician or an auditor who has the ward. You are asked for the
                      password. An auditor sees no values and no limits. The audit trail records the command before
                      anything is shown
  --password-stdin    reads the password from standard input
  --json              prints the result as one line of JSON; times are in ms since 1970

Settings:
${settingsHelpText(vigilSettings)}
`;

export type ExplainRequest = {
  /** The id of the alarm, or its beginning. */
  readonly idStart: string;
  readonly userId: string;
  readonly fromStdin: boolean;
  readonly isJson: boolean;
};

const options = {
  help: { type: 'boolean' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** Reads the arguments. Returns undefined for `--help`. @throws VigilError `settings-invalid` */
export function readRequest(args: readonly string[]): ExplainRequest | undefined {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) return undefined;
  const idStart = readAlarmId(positionals, usageError);
  if (values.as === undefined) throw usageError('Name your account with --as');
  return { idStart, userId: values.as, fromStdin: values['password-stdin'] === true, isJson: values.json === true };
}

function usageError(message: string, cause?: Error): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- explain --help.`, { cause });
}
