/**
 * An operator's JSON file, read at the start and again whenever it changes. A faulty file is refused completely, and every fault is named.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { visibleText } from '../../contracts/text.ts';
import { type Followed, followFile } from '../../process/follow-file.ts';

/** A larger file is a mistake (ours): the whole built-in profile has 3 kB. */
export const fileBytesMax = 1_048_576;
/** At most this many faults are listed, so that the log line stays readable (ours). */
const faultsMax = 50;

/**
 * @throws VigilError `settings-invalid`: the file cannot be read, is too large, or is not JSON. @param setting the variable that names the
 * file
 */
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

/** Returns the faults that a schema check found, each with its place. */
export const schemaFaults = (
  errors: readonly { readonly instancePath: string; readonly message: string }[],
): string[] => errors.map(({ instancePath, message }) => `${instancePath || '/'}: it ${message}.`);

/** Returns the error that names every fault of a file. */
export function refused(setting: string, faults: readonly string[], cause?: unknown): VigilError {
  const all = [...new Set(faults)];
  const more = all.length > faultsMax ? [`and ${all.length - faultsMax} faults more.`] : [];
  const list = [...all.slice(0, faultsMax), ...more].map((fault) => `\n  ${visibleText(fault)}`).join('');
  return new VigilError('settings-invalid', `The file that ${setting} names is refused:${list}`, { cause });
}

export type OperatorFile<Content> = Followed<Content> & {
  /** How many changes of the file were accepted. */
  readonly taken: () => number;
  /** The present file was refused, so a former one is in use. */
  readonly isRefused: () => boolean;
};

/**
 * Reads the file, and reads it again when it changes. A faulty file is refused completely, and the former one stays.
 * @param path empty: always `builtIn`
 * @param what the name for the log: `the limit profiles`
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
