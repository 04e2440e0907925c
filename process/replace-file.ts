/** Replaces small files in one step, so that a reader gets the old content or the new content, never a part. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Returns a new name beside a file, for its next content. The name is random: processes of two containers that share a
 * folder can have the same process id, and one of them would then rename the half content of the other.
 */
export function draftPath(path: string): string {
  return `${path}.${randomBytes(9).toString('hex')}.new`;
}

/**
 * Replaces the file, or creates it. Waits until the disk has the content.
 * @param mode the rights of the new file
 * @param beforeReplace called directly before the file is replaced; if it throws, the file stays as it was
 * @throws the error of the file system, or of `beforeReplace`; no draft stays then
 */
export function replaceFile(path: string, content: string, mode: 0o600 | 0o644, beforeReplace = () => {}): void {
  const draft = draftPath(path);
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    beforeReplace();
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
