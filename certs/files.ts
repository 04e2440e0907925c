/** Writes small files. A reader sees the old content or the new one, never a part. Nobody else can read a secret. */
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

/** Makes a directory that only we may enter. Closes an existing one to others. */
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

/** Makes an existing secret unreadable for others. */
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

/** Calls `write`. Throws a VigilError that says in one sentence why the file cannot be written. */
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
