/**
 * Writes a file with a patient's data: as a whole or not at all, for its owner only, and never over another file
 * without permission.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { gitTreeOf } from '../capture/files.ts';

export type FileChoice = { readonly file: string; readonly mayReplace: boolean; readonly mayBeInGit: boolean };

/**
 * Checks a file before anything is read, so that a person learns of a fault at once.
 * @throws VigilError `settings-invalid`
 */
export function checkTarget({ file, mayReplace, mayBeInGit }: FileChoice): void {
  const path = resolve(file);
  if (!existsSync(dirname(path))) throw invalid(`There is no folder ${dirname(path)}: create it, or name another file`);
  if (!mayBeInGit && gitTreeOf(dirname(path)) !== undefined)
    throw invalid(
      `${file} is in a git work tree, from which a patient's data could be published: name another folder, or add --in-git`,
    );
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present !== undefined && !present.isFile()) throw invalid(`${file} is not a file: name another file`);
  if (present !== undefined && !mayReplace) throw existsError(file);
}

/**
 * Writes the bytes into a new file beside the target, and then gives this file the name of the target.
 * @throws VigilError `settings-invalid` if the file cannot be written, or exists and may not be replaced
 */
export function writeWholeFile(choice: FileChoice, bytes: Uint8Array): void {
  const path = resolve(choice.file);
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const discard = () => rmSync(part, { force: true });
  process.once('exit', discard);
  try {
    const file = openSync(part, 'wx', 0o600);
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (choice.mayReplace) renameSync(part, path);
    else nameOnce(part, path, choice.file);
  } catch (cause) {
    if (cause instanceof VigilError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw existsError(choice.file);
    throw new VigilError('settings-invalid', `${choice.file} cannot be written (${code}).`, { cause });
  } finally {
    discard();
    process.off('exit', discard);
  }
}

/**
 * Gives a file its name, unless a file with this name exists. Makes the name as a link, because the system refuses a
 * link with an existing name, even if another program has just created this name.
 */
function nameOnce(part: string, path: string, shown: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    // Some file systems have no links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    if (existsSync(path)) throw existsError(shown);
    renameSync(part, path);
  }
}

const existsError = (file: string) => invalid(`${file} exists already: name another file, or add --force`);

function invalid(message: string): VigilError {
  return new VigilError('settings-invalid', `${message}.`);
}
