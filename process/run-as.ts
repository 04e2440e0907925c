/** Changes the user of a process from root to another user: the user in a setting, or the owner of a folder. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';

export type UserIds = { readonly uid: number; readonly gid: number };

export const isRoot = () => process.getuid?.() === 0;

/**
 * Returns the ids of a user. The text is a user name, `uid` or `uid:gid`; a user given by numbers need not exist.
 * @throws VigilError `settings-invalid`
 */
export function userIdsOf(user: string): UserIds {
  const [, uidText, gidText] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(user) ?? [];
  const ids =
    uidText === undefined
      ? { uid: readUserId('-u', user), gid: readUserId('-g', user) }
      : { uid: Number(uidText), gid: Number(gidText ?? uidText) };
  if (ids.uid === 0 || ids.gid === 0)
    throw new VigilError('settings-invalid', `VIGIL_RUN_AS ${user} is root: name another user, or leave it unset.`);
  return ids;
}

function readUserId(option: '-u' | '-g', user: string): number {
  const { status, stdout } = spawnSync('id', [option, '--', user], { encoding: 'utf8' });
  if (status === 0 && /^\d+\s*$/.test(stdout)) return Number(stdout);
  throw new VigilError('settings-invalid', `VIGIL_RUN_AS: no user ${user} exists. Create this user, or use uid:gid.`);
}

/** Changes the user of this process, and of all processes that it starts later. The user cannot be changed back. */
export function changeUser({ uid, gid }: UserIds): void {
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/**
 * Changes the user of this process to the owner of a folder, so that the owner can read the files that this process
 * writes into the folder. Does nothing if this process is not root, if the folder does not exist, or if its user or
 * group is root.
 */
export function changeUserToOwnerOf(folder: string): void {
  if (!isRoot()) return;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0 && owner.gid !== 0) changeUser(owner);
}
