/** The registry of wards and beds: one JSON file, checked whole when it is read, and read again when it changes. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { type Followed, followFile } from '../../process/follow-file.ts';
import { type Registry, readRegistry } from './core/wards.ts';

/** @throws VigilError `settings-invalid`: names the file and all faults in it */
export function readWardsFile(path: string): Registry {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw bad(path, 'cannot be read', cause);
  }
  return parseWards(path, text);
}

/** @throws VigilError `settings-invalid` */
export function parseWards(path: string, text: string): Registry {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw bad(path, 'does not hold JSON', cause);
  }
  const read = readRegistry(content);
  if (!read.ok) throw bad(path, `is wrong: ${read.faults.join('; ')}`);
  return read.registry;
}

function bad(path: string, what: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `The wards file ${path} ${what}.`, { cause });
}

export type Wards = Followed<Registry>;

/**
 * Reads the registry and follows its file. A faulty change is refused whole: it is logged, and the former registry
 * stays.
 */
export function followWards(path: string, log: Logger, everyMs?: number): Wards {
  return followFile({
    path,
    read: readWardsFile,
    onRead: ({ wards }) => log.info({ wards: wards.length }, 'wards and beds read again'),
    onFault: (error) => log.error({ error }, 'the wards file changed and is faulty: the former one stays'),
    ...(everyMs === undefined ? {} : { everyMs }),
  });
}
