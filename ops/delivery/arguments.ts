/** Reads the arguments of `npm run vigil -- delivery who`. */
import { VigilError } from '../../contracts/errors.ts';
import { type AlertKind, alertKinds, type Priority } from '../../contracts/messages/alarms.ts';
import { priorities } from '../../contracts/priorities.ts';
import { parseInstant } from '../../contracts/time.ts';
import { readArguments } from '../../process/command.ts';

export type WhoRequest = {
  readonly ward: string;
  readonly bed: string;
  readonly atMs: number;
  readonly priority: Priority;
  readonly kind: AlertKind;
  readonly isJson: boolean;
};

const options = {
  help: { type: 'boolean' },
  ward: { type: 'string' },
  bed: { type: 'string' },
  at: { type: 'string' },
  priority: { type: 'string' },
  kind: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Returns the request; undefined if the person asks for help. @throws VigilError `settings-invalid` */
export function readWho(args: readonly string[], nowMs: number): WhoRequest | undefined {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) return undefined;
  if (positionals.join(' ') !== 'who') throw usageError(`"delivery ${positionals.join(' ')}" is not a command`);
  const { ward, bed, at, priority = 'high', kind = 'physiological', json = false } = values;
  if (ward === undefined) throw usageError('Name the ward with --ward');
  if (bed === undefined) throw usageError('Name the bed with --bed');
  return {
    ...{ ward, bed, isJson: json },
    atMs: at === undefined ? nowMs : readTime(at),
    priority: oneOf(priorities, priority, '--priority'),
    kind: oneOf(alertKinds, kind, '--kind'),
  };
}

function oneOf<const Choice extends string>(choices: readonly Choice[], text: string, option: string): Choice {
  const choice = choices.find((name) => name === text);
  if (choice === undefined) throw usageError(`${option} takes ${choices.join(', ')}, not "${text}"`);
  return choice;
}

const timePattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(\.\d{3})?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads a time with its offset from UTC: `2026-03-01T03:00+01:00`. Returns ms since 1970. A time without an offset is
 * refused, because the machine may be in another time zone than the ward.
 * @param errorOf returns the error for a text that is not such a time
 * @throws VigilError `settings-invalid`
 */
export function readTime(text: string, errorOf = usageError): number {
  const [, minute, second = ':00', fraction = '.000', sign, hours = '00', minutes = '00'] =
    timePattern.exec(text) ?? [];
  const utcMs = minute === undefined ? undefined : parseInstant(`${minute}${second}${fraction}Z`);
  const offsetMinutes = Number(hours) * 60 + Number(minutes);
  if (utcMs === undefined || Number(minutes) > 59 || offsetMinutes > 14 * 60)
    throw errorOf(
      `--at takes a time with its offset, such as 2026-03-01T03:00+01:00 or 2026-03-01T02:00Z, not "${text}"`,
    );
  return utcMs - (sign === '-' ? -1 : 1) * offsetMinutes * 60_000;
}

/** Returns the error for a command line that cannot be used. */
export function usageError(message: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- delivery --help.`, { cause });
}
