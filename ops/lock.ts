/** The lock of a state folder. Only one system may use the folder, because two brokers would damage the data. */
import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';

export type Lock = { release(): void };

/**
 * Takes the lock of a state folder. Replaces the lock of a process that has ended.
 * @throws VigilError `conflict` with the pid of the process that has the lock
 */
export function takeLock(stateDir: string): Lock {
  const file = join(stateDir, 'lock');
  const ownLock = `${process.pid} ${startTicksOf(process.pid)}`;
  const temporaryFolder = mkdtempSync(join(stateDir, '.lock-'));
  try {
    const temporary = join(temporaryFolder, 'lock');
    writeFileSync(temporary, ownLock, { mode: 0o600 });
    // A link fails if the lock exists already. And nobody can read an incomplete lock, because the link is made after
    // the file was written.
    if (!tryLink(temporary, file)) {
      const [pid = '', started = ''] = read(file).split(' ');
      if (isRunning(Number(pid)) && startTicksOf(Number(pid)) === started) throw alreadyLockedError(stateDir, pid);
      rmSync(file, { force: true });
      if (!tryLink(temporary, file)) throw alreadyLockedError(stateDir, read(file).split(' ')[0] ?? '');
    }
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
  return {
    release() {
      if (read(file) === ownLock) rmSync(file, { force: true });
    },
  };
}

/** Makes a link. Returns false if the link exists already. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function alreadyLockedError(stateDir: string, pid: string): VigilError {
  return new VigilError(
    'conflict',
    `Vigil already runs on ${stateDir} (process ${pid}): stop it first, or set VIGIL_STATE_DIR to another folder.`,
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  // The pid 0 would stand for our own process group.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Returns the start time of a process, in ticks since boot; empty if the system is not Linux. A later process with the
 * same pid has another start time.
 */
function startTicksOf(pid: number): string {
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? '';
}
