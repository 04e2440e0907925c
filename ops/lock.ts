/** One system per state folder: two brokers on the same data would damage it. */
import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';

export type Lock = { release(): void };

/**
 * Takes the folder's lock. A lock of a process that is gone is ignored.
 * @throws VigilError `conflict` naming the process that has it
 */
export function takeLock(stateDir: string): Lock {
  const file = join(stateDir, 'lock');
  const mine = `${process.pid} ${startOf(process.pid)}`;
  const aside = mkdtempSync(join(stateDir, '.lock-'));
  try {
    const temporary = join(aside, 'lock');
    writeFileSync(temporary, mine, { mode: 0o600 });
    // A link is made completely or not at all, and only if none exists. So its content is never incomplete.
    if (!link(temporary, file)) {
      const [pid = '', started = ''] = read(file).split(' ');
      if (isRunning(Number(pid)) && startOf(Number(pid)) === started) throw held(stateDir, pid);
      rmSync(file, { force: true });
      if (!link(temporary, file)) throw held(stateDir, read(file).split(' ')[0] ?? '');
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return {
    release() {
      if (read(file) === mine) rmSync(file, { force: true });
    },
  };
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function held(stateDir: string, pid: string): VigilError {
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

/** Signal 0 to process 0 would ask about our own group. */
function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Returns when the process started, in ticks since boot. This distinguishes it from a later one with the same pid. Empty outside Linux. */
function startOf(pid: number): string {
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? '';
}
