/** Writes small files whole or not at all, and keeps other users from reading secrets. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';

/** Creates a directory that only this user may enter. If the directory exists, removes the rights of other users. */
export function ensurePrivateDirectory(path: string): void {
  callWrite(path, () => {
    makeDirectories(path);
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
  });
}

/**
 * Writes a temporary file, flushes the file and renames it to `path`. So a reader of `path` gets the whole old content
 * or the whole new content.
 */
export function writeAtomic(path: string, content: string, mode: 0o600 | 0o644): void {
  callWrite(path, () => {
    const temporary = join(dirname(path), `.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
    try {
      const file = openSync(temporary, 'wx', mode);
      try {
        writeFileSync(file, content);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Takes away other users' rights to an existing file. */
export function makeFilePrivate(path: string): void {
  callWrite(path, () => {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  });
}

/**
 * Creates a directory and its missing parents. Does not use `recursive: true`: with this option, Node 26 never stops if
 * a file system refuses a folder with ENOENT, as /proc does.
 */
function makeDirectories(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeDirectories(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

/**
 * Calls `write`.
 * @throws VigilError `no-space` or `settings-invalid` if the file cannot be written
 */
export function callWrite(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new VigilError('no-space', `No space is left on the disk of ${path}.`, { cause });
    }
    throw new VigilError(
      'settings-invalid',
      `Cannot write ${path} (${code}): name a folder that this user may write.`,
      {
        cause,
      },
    );
  }
}
