/**
 * The files of captures. They contain patients' data, so only the person who asked can read them (0600), and by default they are not in a
 * git work tree.
 */
import { closeSync, existsSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';

const ending = '.ndjson';
/** Number of characters that are collected before they are written. */
const chunkLength = 65_536;

export type Target = { readonly folder: string; readonly file: string | undefined };

/** Returns the folder, or the one file (`….ndjson`), of `--out`. @throws VigilError `settings-invalid` */
export function targetOf(out: string, mayBeInGit: boolean): Target {
  const path = resolve(out);
  const target = path.endsWith(ending)
    ? { folder: dirname(path), file: basename(path) }
    : { folder: path, file: undefined };
  const tree = mayBeInGit ? undefined : gitTreeOf(target.folder);
  if (tree !== undefined)
    throw invalid(`${out} is in a git work tree, where a patient's data is easily published; --in-git takes it`);
  if (existsSync(path) && target.file !== undefined) throw invalid(`${out} is there already`);
  return target;
}

/** Returns the git work tree of a folder, which may not exist yet. */
export function gitTreeOf(folder: string): string | undefined {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  // The real path: a link may lead into a work tree.
  for (at = realpathSync(at); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

export type CaptureFile = {
  readonly name: string;
  write(text: string): void;
  /** Writes the remaining text and gives the file its name. */
  keep(): void;
  /** Removes the file. Does nothing after `keep`. */
  drop(): void;
};

/** Begins a file that gets its name only when it is complete. @throws VigilError `settings-invalid` */
export function openCapture(folder: string, name: string): CaptureFile {
  const path = join(folder, name);
  const part = `${path}.part`;
  if (existsSync(path)) throw invalid(`${path} is there already`);
  let file: number | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    file = openSync(part, 'wx', 0o600);
  } catch (cause) {
    throw new VigilError('settings-invalid', `${part} cannot be written (${(cause as NodeJS.ErrnoException).code}).`, {
      cause,
    });
  }
  let waiting = '';
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const flush = () => {
    const bytes = Buffer.from(waiting);
    for (let at = 0; file !== undefined && at < bytes.length; ) at += writeSync(file, bytes, at);
    waiting = '';
  };
  let isKept = false;
  return {
    name,
    write(text) {
      waiting += text;
      if (waiting.length >= chunkLength) flush();
    },
    keep() {
      flush();
      close();
      if (existsSync(path)) throw invalid(`${path} is there already`);
      renameSync(part, path);
      isKept = true;
    },
    drop() {
      close();
      if (!isKept) rmSync(part, { force: true });
    },
  };
}

/** Returns the file name for the capture of a stay: from bed and association, or only a number. */
export function captureName(ward: string, bed: string, associationId: string): string {
  return `${[ward, bed, associationId].map((part) => part.replace(/[^A-Za-z0-9_-]/g, '_')).join('-')}${ending}`;
}

export function numberedName(n: number): string {
  return `patient-${String(n).padStart(3, '0')}${ending}`;
}

function invalid(message: string): VigilError {
  return new VigilError('settings-invalid', `${message}.`);
}
