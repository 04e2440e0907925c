/** Reads the id of an alarm from a command line. */
import type { VigilError } from '../contracts/errors.ts';

/** Minimum number of characters of an id that a command accepts in place of the whole id. */
export const idStartLengthMin = 8;

/**
 * Returns the beginning of the id of an alarm, 8 to 64 characters, which may be the whole id.
 * @param positionals the arguments of the command that are not options; there must be exactly one
 * @param usageError makes the error of the command, which names its help
 * @throws VigilError `settings-invalid` from `usageError`
 */
export function readAlarmId(positionals: readonly string[], usageError: (message: string) => VigilError): string {
  const [shownId, ...more] = positionals;
  // The audit page shows the beginning of an id with an ellipsis after it.
  const idStart = shownId?.replace(/…$/, '');
  if (idStart === undefined || more.length > 0) throw usageError('Name one alarm');
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(idStart)) throw usageError(`"${idStart}" is not the id of an alarm`);
  if (idStart.length < idStartLengthMin)
    throw usageError(`Give at least ${idStartLengthMin} characters of the id of the alarm`);
  return idStart;
}
