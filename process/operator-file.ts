/**
 * Reads a JSON file of the operator at the start and again after each change. If the file has a fault, no part of the
 * file is used, and the error names up to 50 faults.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { visibleText } from '../contracts/text.ts';
import { type FollowedFile, followFile } from './follow-file.ts';

/** Maximum size of a file (ours). A larger file is a mistake, because the whole built-in profile has 3 kB. */
export const fileBytesMax = 1_048_576;
/** Maximum number of listed faults, so that the log line stays readable (ours). */
const faultsMax = 50;

/**
 * Returns the parsed content of a file.
 * @param setting the environment variable with the path of the file
 * @throws VigilError `settings-invalid` if the file cannot be read, is too large, or is not JSON
 */
export function readJsonFile(setting: string, path: string): unknown {
  try {
    const { size } = statSync(path);
    if (size > fileBytesMax)
      throw refusalOf(setting, [`the file has ${size} bytes, but at most ${fileBytesMax} are allowed.`]);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof VigilError) throw cause;
    throw refusalOf(setting, ['the file cannot be read, or is not JSON.'], cause);
  }
}

/** Returns the faults that a schema check found, each with its place. */
export const schemaFaults = (
  errors: readonly { readonly instancePath: string; readonly message: string }[],
): string[] => errors.map(({ instancePath, message }) => `${instancePath || '/'}: it ${message}.`);

/** Returns the error that names the faults of a file: at most `faultsMax`, and the number of further faults. */
export function refusalOf(setting: string, faults: readonly string[], cause?: unknown): VigilError {
  const all = [...new Set(faults)];
  const more = all.length > faultsMax ? [`and ${all.length - faultsMax} more faults.`] : [];
  const list = [...all.slice(0, faultsMax), ...more].map((fault) => `\n  ${visibleText(fault)}`).join('');
  return new VigilError('settings-invalid', `The file that ${setting} names is refused:${list}`, { cause });
}

export type OperatorFile<Content> = FollowedFile<Content> & {
  /** Returns the number of accepted changes. */
  readonly changesAccepted: () => number;
  /** Returns whether the present file was refused, so that the content of a former file is in use. */
  readonly isRefused: () => boolean;
};

/**
 * Reads a file, and reads it again when it changes. If the changed file has a fault, the former content stays in use.
 * @throws VigilError `settings-invalid` if the file has a fault at the start
 */
export function followOperatorFile<Content>(options: {
  /** Path of the file. If the path is empty, `builtIn` is always used. */
  readonly path: string;
  readonly builtIn: Content;
  readonly read: (path: string) => Content;
  /** A plural name of the content for the log, such as "the limit profiles". */
  readonly what: string;
  readonly log: Logger;
  /** Called after each accepted change. */
  readonly onChange?: () => void;
  readonly everyMs?: number | undefined;
}): OperatorFile<Content> {
  const { path, builtIn, read, what, log, onChange, everyMs } = options;
  let changesAccepted = 0;
  let isRefused = false;
  const status = { changesAccepted: () => changesAccepted, isRefused: () => isRefused };
  if (path === '') return { ...status, current: () => builtIn, check: () => {}, close: () => {} };
  const followed = followFile({
    path,
    read,
    onRead() {
      changesAccepted += 1;
      isRefused = false;
      log.info(`${what} have changed`);
      onChange?.();
    },
    onFault(error) {
      isRefused = true;
      log.error({ error }, `${what} changed and are refused, so the former ones stay in use`);
    },
    ...(everyMs !== undefined && { everyMs }),
  });
  return { ...status, ...followed };
}
