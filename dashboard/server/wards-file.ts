/** Reads the registry of wards and beds, which is one JSON file. The file is read again when it changes. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { type FormerSectors, formersAfterChange, withFormerSectors } from '../../contracts/former-sectors.ts';
import type { ShownPlan } from '../../contracts/ward-plan.ts';
import { type FollowedFile, followFile } from '../../process/follow-file.ts';
import { type Registry, readRegistry } from './core/wards.ts';

/**
 * Reads and checks the file.
 * @throws VigilError `settings-invalid` with the name of the file and all its faults
 */
export function readWardsFile(path: string): Registry {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw wardsFileError(path, 'cannot be read', cause);
  }
  return parseWards(path, text);
}

/**
 * Checks the text of a wards file.
 * @param path the name of the file for the error message
 * @throws VigilError `settings-invalid` with all faults
 */
export function parseWards(path: string, text: string): Registry {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw wardsFileError(path, 'is not valid JSON', cause);
  }
  const result = readRegistry(content);
  if (!result.ok) throw wardsFileError(path, `is wrong: ${result.faults.join('; ')}`);
  return result.registry;
}

function wardsFileError(path: string, faultText: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `The wards file ${path} ${faultText}.`, { cause });
}

/** For `formerSectorMs` after a change, the plans of `current()` have the former sectors, too. */
export type Wards = Omit<FollowedFile<Registry>, 'current'> & {
  current(): { readonly wards: readonly ShownPlan[] };
};

/**
 * Reads the registry, and reads it again when its file changes. A file with a fault is logged, and the former registry
 * stays in force.
 */
export function followWards(path: string, log: Logger, everyMs?: number): Wards {
  let formers: readonly FormerSectors[] = [];
  let known: Registry['wards'] = [];
  const file = followFile({
    path,
    read: readWardsFile,
    onRead({ wards }) {
      formers = formersAfterChange(formers, known, wards, performance.now());
      known = wards;
      log.info({ wards: wards.length }, 'wards and beds read again');
    },
    onFault: (error) => log.error({ error }, 'the changed wards file is not valid; the former registry stays in force'),
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  known = file.current().wards;
  return { ...file, current: () => ({ wards: withFormerSectors(file.current().wards, formers, performance.now()) }) };
}
