/**
 * A lock file, with which several processes change another file one after the other. If the owner of the lock is
 * killed, the next process takes the lock over.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 20;
/**
 * If this process cannot see the owner of a lock (another container or machine), it takes over a lock file that has not
 * changed for this time (ours). A change of the accounts takes some milliseconds.
 */
const unseenOwnerMs = 5_000;

export type FileLock = {
  /** Returns whether this process still has the lock. Must be asked directly before the write. */
  isHeld(): boolean;
  release(): void;
};

/**
 * Takes the lock. Returns undefined if another process had the lock for the whole time.
 * @param waitMs how long to wait for the other process
 * @throws the error of the file system if the lock file cannot be written
 */
export async function takeFileLock(
  path: string,
  waitMs: number,
  unseenMs = unseenOwnerMs,
): Promise<FileLock | undefined> {
  const id = randomBytes(9).toString('base64url');
  const draft = `${path}.${id}`;
  const ownText = JSON.stringify({ id, ...ownProcess() });
  // A link fails if the lock exists. The text was written before the link, so nobody reads a lock without its text.
  writeFileSync(draft, ownText, { mode: 0o600, flag: 'wx' });
  const startMs = performance.now();
  let seen = { text: '', sinceMs: startMs };
  try {
    while (!tryLink(draft, path)) {
      const text = readOrEmpty(path);
      const nowMs = performance.now();
      if (text !== seen.text) seen = { text, sinceMs: nowMs };
      const state = ownerState(text);
      const isLeft = state === 'ended' || (state === 'unseen' && nowMs - seen.sinceMs >= unseenMs);
      if (isLeft) removeLeft(path, text, `${draft}.left`);
      else if (nowMs - startMs >= waitMs) return undefined;
      else await sleep(retryMs);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  const isHeld = () => readOrEmpty(path) === ownText;
  return {
    isHeld,
    release() {
      if (isHeld()) rmSync(path, { force: true });
    },
  };
}

/**
 * Removes the lock file if it still has this text: moves the file aside, and then reads it. If another process has
 * replaced the lock file meanwhile, the new lock file is moved back. While the new lock file is moved aside, its owner
 * does not write, because `isHeld` returns false.
 */
function removeLeft(path: string, text: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readOrEmpty(aside) !== text) tryLink(aside, path);
  rmSync(aside, { force: true });
}

type LockOwner = { readonly system: string; readonly pid: number; readonly started: string };

function ownProcess(): LockOwner {
  return { system: systemId(), pid: process.pid, started: startOf(process.pid) };
}

/** Returns a text that names this start of the machine and this container; empty if the system is not Linux. */
function systemId(): string {
  const boot = readOrEmpty('/proc/sys/kernel/random/boot_id').trim();
  try {
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** Returns `unseen` if this process cannot know whether the owner still runs. */
function ownerState(text: string): 'runs' | 'ended' | 'unseen' {
  const owner = ownerIn(text);
  if (!owner || owner.system === '' || owner.system !== systemId()) return 'unseen';
  const started = startOf(owner.pid);
  return started !== '' && started === owner.started ? 'runs' : 'ended';
}

function ownerIn(text: string): LockOwner | undefined {
  try {
    const { system, pid, started } = JSON.parse(text);
    if (typeof system === 'string' && Number.isSafeInteger(pid) && pid > 0 && typeof started === 'string')
      return { system, pid, started };
  } catch {
    // An older version wrote an empty lock.
  }
  return undefined;
}

/**
 * Returns when a process started, in ticks since the start of the machine; empty if the process does not run. If a
 * later process gets the same pid, its start time differs.
 */
function startOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? '';
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
