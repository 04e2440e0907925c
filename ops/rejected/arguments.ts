/** Reads arguments of the command line: times, ids and codes. */
import { errorCodes, VigilError } from '../../contracts/errors.ts';
import { parseInstant } from '../../contracts/time.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a time, given as an age (`30m`, `12h`, `7d`) or as an instant. Returns ms since 1970.
 * @param option the name of the option, for the error
 * @throws VigilError `settings-invalid`
 */
export function readSince(text: string, nowMs: number, option = '--since'): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const atMs = count === undefined ? parseInstant(text) : nowMs - Number(count) * unitsMs[unit]!;
  if (atMs !== undefined) return atMs;
  throw new VigilError(
    'settings-invalid',
    `${option} takes an age such as 30m, 12h or 7d, or a time such as 2026-03-01T12:00:00.000Z, not "${text}".`,
  );
}

/** Throws VigilError `settings-invalid` if a text is not an id of a rejected message. */
export function checkIds(ids: readonly string[]): void {
  const invalid = ids.find((id) => !/^\d{1,4}:\d{1,18}$/.test(id));
  if (invalid === undefined) return;
  throw new VigilError(
    'settings-invalid',
    `"${invalid}" is not the id of a message: an id looks like 0:12. \`npm run vigil -- rejected list\` shows the ids.`,
  );
}

/** The code of a record that counts messages which were rejected but not stored (gateway/rejections.ts). */
const notKept = 'not-kept';

/** Throws VigilError `settings-invalid` if a rejected message cannot have this code. */
export function checkCode(code: string): void {
  if (code === notKept || errorCodes.includes(code)) return;
  throw new VigilError(
    'settings-invalid',
    `--code "${code}" does not exist: \`npm run vigil -- rejected list\` shows the codes.`,
  );
}
