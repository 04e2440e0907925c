/** Replaces small files in one step, so that a reader gets the old content or the new content, never a part. */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { minuteMs } from '../contracts/durations.ts';
import { wallAheadMs } from './system-clock.ts';

/** Nobody writes a draft of this age any more (ours): writing takes less than a second. */
const draftMsMax = 10 * minuteMs;
const draftEnd = /^\.[0-9a-f]{18}\.new$/;

/**
 * Removes old drafts of a file. Killed processes have left these drafts in the folder of the file. A draft can contain
 * the secrets of the file, for example the hashes of passwords. A draft that cannot be removed stays; it does not harm
 * the file.
 * @param nowMs by the machine's clock, which gives files their times
 */
export function removeOldDrafts(path: string, nowMs = Date.now() + wallAheadMs()): void {
  const [folder, name] = [dirname(path), basename(path)];
  for (const other of namesIn(folder)) {
    if (!other.startsWith(name) || !draftEnd.test(other.slice(name.length))) continue;
    const draft = join(folder, other);
    try {
      if (nowMs - lstatSync(draft).mtimeMs > draftMsMax) rmSync(draft, { force: true });
    } catch {
      // Another process has removed the draft, or the draft is a folder, or this process may not remove it.
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Returns the path of a new draft of a file. The draft is in the folder of the file, and its name has a random part.
 * Removes old drafts of the file. A process id in the name would not be enough: in two containers that share a folder,
 * two processes can have the same id. Then one process could rename the unfinished draft of the other process.
 */
export function newDraftPath(path: string): string {
  removeOldDrafts(path);
  return `${path}.${randomBytes(9).toString('hex')}.new`;
}

/**
 * Replaces the file, or creates it. Waits until the disk has the content.
 * @param mode the rights of the new file
 * @param beforeReplace called directly before the file is replaced; if it throws, the file stays as it was
 * @throws the error of the file system, or of `beforeReplace`; the draft is then removed
 */
export function replaceFile(path: string, content: string, mode: 0o600 | 0o644, beforeReplace = () => {}): void {
  const draft = newDraftPath(path);
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    beforeReplace();
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
