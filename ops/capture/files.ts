/**
 * Writes the files of captures. The files contain patients' data, so only their owner can read them (mode 0600). By
 * default, no file is written into a git work tree.
 */
import { closeSync, existsSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';

const extension = '.ndjson';
/** Number of characters that wait in memory before they are written to the file. */
const chunkLength = 65_536;

export type Target = { readonly folder: string; readonly file: string | undefined };

/**
 * Returns the folder of `--out`, and the file name if `--out` ends with `.ndjson`.
 * @throws VigilError `settings-invalid`
 */
export function targetOf(out: string, mayBeInGit: boolean): Target {
  const path = resolve(out);
  const target = path.endsWith(extension)
    ? { folder: dirname(path), file: basename(path) }
    : { folder: path, file: undefined };
  const workTree = mayBeInGit ? undefined : gitTreeOf(target.folder);
  if (workTree !== undefined)
    throw invalid(
      `${out} is in a git work tree, from which a patient's data could be published: name another folder, or add --in-git`,
    );
  if (existsSync(path) && target.file !== undefined) throw invalid(`${out} exists already: name another file`);
  return target;
}

/**
 * Returns the git work tree that contains a folder; undefined if there is no work tree. Works also for a folder that
 * does not exist yet.
 */
export function gitTreeOf(folder: string): string | undefined {
  let path = folder;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  // Uses the real path, because a link may lead into a work tree.
  for (path = realpathSync(path); ; path = dirname(path)) {
    if (existsSync(join(path, '.git'))) return path;
    if (dirname(path) === path) return undefined;
  }
}

export type CaptureFile = {
  readonly name: string;
  write(text: string): void;
  /** Writes the remaining text and gives the file its name. */
  complete(): void;
  /** Deletes the incomplete file. Does nothing after `complete`. */
  discard(): void;
};

/**
 * Creates a file with the extension `.part`. `complete` gives the file its final name.
 * @throws VigilError `settings-invalid`
 */
export function openCapture(folder: string, name: string): CaptureFile {
  const path = join(folder, name);
  const part = `${path}.part`;
  if (existsSync(path)) throw invalid(`${path} exists already: name another folder`);
  let file: number | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    file = openSync(part, 'wx', 0o600);
  } catch (cause) {
    throw new VigilError('settings-invalid', `${part} cannot be written (${(cause as NodeJS.ErrnoException).code}).`, {
      cause,
    });
  }
  let unwrittenText = '';
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const flush = () => {
    const bytes = Buffer.from(unwrittenText);
    for (let written = 0; file !== undefined && written < bytes.length; ) written += writeSync(file, bytes, written);
    unwrittenText = '';
  };
  let isComplete = false;
  return {
    name,
    write(text) {
      unwrittenText += text;
      if (unwrittenText.length >= chunkLength) flush();
    },
    complete() {
      flush();
      close();
      if (existsSync(path)) throw invalid(`${path} exists already: name another folder`);
      renameSync(part, path);
      isComplete = true;
    },
    discard() {
      close();
      if (!isComplete) rmSync(part, { force: true });
    },
  };
}

/** Returns the file name of a capture, made from ward, bed and association. */
export function captureName(ward: string, bed: string, associationId: string): string {
  return `${[ward, bed, associationId].map((part) => part.replace(/[^A-Za-z0-9_-]/g, '_')).join('-')}${extension}`;
}

/** Returns the file name of a pseudonymous capture, which contains only a number. */
export function numberedName(patientNumber: number): string {
  return `patient-${String(patientNumber).padStart(3, '0')}${extension}`;
}

function invalid(message: string): VigilError {
  return new VigilError('settings-invalid', `${message}.`);
}
