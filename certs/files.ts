/** Writes small files. A reader gets either the old content or the new content, never a part. Other users cannot read secrets. */
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

/** Makes a directory that only this user may enter. If the directory exists, removes the rights of other users. */
export function privateDirectory(path: string): void {
  guarded(path, () => {
    makeDirectories(path);
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
  });
}

/** Writes a whole file under another name, flushes it and renames it to its own name. */
export function writeAtomic(path: string, content: string, mode: 0o600 | 0o644): void {
  guarded(path, () => {
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

/** Removes the rights of other users to an existing file. */
export function keepPrivate(path: string): void {
  guarded(path, () => {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  });
}

/** Not `recursive: true`: Node 26 then retries without end if a file system refuses a folder with ENOENT, as /proc does. */
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

/** Calls `write`. @throws VigilError that says why the file cannot be written */
export function guarded(path: string, write: () => void): void {
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
