/** The user that a program of ours runs as. Root becomes another user if a setting names one, or if the files belong to one. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';

export type Ids = { readonly uid: number; readonly gid: number };

export const isRoot = () => process.getuid?.() === 0;

/**
 * Finds a user by name, or takes `uid` or `uid:gid` as they are: such a user need not exist.
 * @throws VigilError `settings-invalid`
 */
export function idsOf(user: string): Ids {
  const [, uidText, gidText] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(user) ?? [];
  const ids =
    uidText === undefined
      ? { uid: askId('-u', user), gid: askId('-g', user) }
      : { uid: Number(uidText), gid: Number(gidText ?? uidText) };
  if (ids.uid === 0 || ids.gid === 0)
    throw new VigilError('settings-invalid', `VIGIL_RUN_AS ${user} is root: name another user, or leave it unset.`);
  return ids;
}

function askId(option: '-u' | '-g', user: string): number {
  const { status, stdout } = spawnSync('id', [option, '--', user], { encoding: 'utf8' });
  if (status === 0 && /^\d+\s*$/.test(stdout)) return Number(stdout);
  throw new VigilError('settings-invalid', `VIGIL_RUN_AS: there is no user ${user}. Make it, or name uid:gid.`);
}

/** Becomes the user for good: this process, and all processes that it starts from now on. */
export function become({ uid, gid }: Ids): void {
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/**
 * If this process is root and a folder belongs to another user, becomes that user. So the user's processes can read what is written
 * there. Does nothing if this process is not root, or if there is no such folder.
 */
export function becomeOwnerOf(folder: string): void {
  if (!isRoot()) return;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0 && owner.gid !== 0) become(owner);
}
