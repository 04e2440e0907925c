/** A JSON file of the operator's, read at the start and again whenever it changes. A faulty one is refused whole, with every fault named. */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { visibleText } from '../../contracts/text.ts';
import { type Followed, followFile } from '../../process/follow-file.ts';

/** A larger file is a mistake (ours): the whole built-in profile has 3 kB. */
export const fileBytesMax = 1_048_576;
/** So many faults are written out (ours); the log line stays readable. */
const faultsMax = 50;

/** @throws VigilError `settings-invalid`: cannot be read, is too large, or holds no JSON. @param setting the variable that names the file */
export function readJsonFile(setting: string, path: string): unknown {
  try {
    const { size } = statSync(path);
    if (size > fileBytesMax) throw refused(setting, [`it has ${size} bytes: at most ${fileBytesMax} are read.`]);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof VigilError) throw cause;
    throw refused(setting, ['it cannot be read, or does not hold JSON.'], cause);
  }
}

/** What a check of a schema found, each fault with its place. */
export const schemaFaults = (
  errors: readonly { readonly instancePath: string; readonly message: string }[],
): string[] => errors.map(({ instancePath, message }) => `${instancePath || '/'}: it ${message}.`);

/** The error that names every fault of a file. */
export function refused(setting: string, faults: readonly string[], cause?: unknown): VigilError {
  const all = [...new Set(faults)];
  const more = all.length > faultsMax ? [`and ${all.length - faultsMax} faults more.`] : [];
  const list = [...all.slice(0, faultsMax), ...more].map((fault) => `\n  ${visibleText(fault)}`).join('');
  return new VigilError('settings-invalid', `The file that ${setting} names is refused:${list}`, { cause });
}

export type OperatorFile<Content> = Followed<Content> & {
  /** Times that the file has changed and was taken. */
  readonly taken: () => number;
  /** The file as it is now was refused: a former one is in use. */
  readonly isRefused: () => boolean;
};

/**
 * Reads the file, and again when it changes. A faulty one is refused whole: the former one stays.
 * @param path empty: `builtIn` for good
 * @param what for the log: `the limit profiles`
 * @param onChange called after a change
 */
export function followOperatorFile<Content>(options: {
  readonly path: string;
  readonly builtIn: Content;
  readonly read: (path: string) => Content;
  readonly what: string;
  readonly log: Logger;
  readonly onChange?: () => void;
  readonly everyMs?: number | undefined;
}): OperatorFile<Content> {
  const { path, builtIn, read, what, log, onChange, everyMs } = options;
  let taken = 0;
  let isRefused = false;
  const counts = { taken: () => taken, isRefused: () => isRefused };
  if (path === '') return { ...counts, current: () => builtIn, close: () => {} };
  const followed = followFile({
    path,
    read,
    onRead() {
      taken += 1;
      isRefused = false;
      log.info(`${what} have changed`);
      onChange?.();
    },
    onFault(error) {
      isRefused = true;
      log.error({ error }, `${what} changed and are refused: the former ones stay in use`);
    },
    ...(everyMs !== undefined && { everyMs }),
  });
  return { ...counts, ...followed };
}
