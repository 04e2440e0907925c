/**
 * `npm start` as root with `VIGIL_RUN_AS`: installs the software for which root rights are needed, makes the user the
 * owner of the state folder, and gives up root rights permanently.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ensurePrivateDirectory } from '../certs/files.ts';
import { VigilError } from '../contracts/errors.ts';
import { changeUser, isRoot, type UserIds, userIdsOf } from '../process/run-as.ts';
import { ensureClient } from './client.ts';
import { ensureJava, ensureSoftware } from './platform/software.ts';

/** A state folder is empty, or contains at least one of these entries. No other folder gets a new owner. */
const stateFolderEntries = ['certs', 'lock', 'logs', 'software', 'secrets'];

/**
 * Becomes the user of `VIGIL_RUN_AS`, if this setting is set.
 * @returns one sentence that names the user of all processes
 * @throws VigilError `settings-invalid`, `missing-program`
 */
export async function runAs(user: string, folders: { readonly stateDir: string; readonly softwareDir: string }) {
  const uid = process.getuid?.();
  if (uid === undefined) return '';
  if (user === '') {
    return isRoot()
      ? 'All processes run as ROOT, so a fault in any of them can change everything on this machine: set VIGIL_RUN_AS to a separate user.'
      : `All processes run as user ${uid}.`;
  }
  if (!isRoot()) {
    if (userIdsOf(user).uid === uid) return `All processes run as user ${uid}.`;
    throw new VigilError(
      'settings-invalid',
      `VIGIL_RUN_AS is ${user}, but only root can become another user: start Vigil as root, or leave VIGIL_RUN_AS out.`,
    );
  }
  const ids = userIdsOf(user);
  ensurePrivateDirectory(folders.stateDir);
  // If another user can change the folder of programs, root must not run programs from there. In that case the start
  // downloads the programs later, without root rights.
  if (isOwnedByRoot(folders.softwareDir)) await ensureSoftware(folders.softwareDir, () => {});
  else await ensureJava(() => {});
  await ensureClient();
  requireStateFolder(folders.stateDir);
  handOver(folders.stateDir, ids);
  const programs = existsSync(folders.softwareDir) ? [folders.softwareDir] : [];
  changeUser(ids);
  process.env.HOME = folders.stateDir;
  for (const path of [import.meta.filename, process.execPath, ...programs]) requireReadable(path, user);
  return `All processes run as user ${ids.uid}, group ${ids.gid} (VIGIL_RUN_AS).`;
}

/** Returns whether root owns a folder and all its parents. Only then may root run programs from the folder. */
function isOwnedByRoot(folder: string): boolean {
  const paths = existsSync(folder) ? [resolve(folder), realpathSync(folder)] : [resolve(folder)];
  return paths.every((start) => {
    for (let path = start; ; path = dirname(path)) {
      if ((lstatSync(path, { throwIfNoEntry: false })?.uid ?? 0) !== 0) return false;
      if (path === dirname(path)) return true;
    }
  });
}

function requireStateFolder(folder: string): void {
  const names = readdirSync(folder);
  if (names.length === 0 || names.some((name) => stateFolderEntries.includes(name))) return;
  throw new VigilError(
    'settings-invalid',
    `VIGIL_RUN_AS: ${folder} is not a state folder of Vigil, so its owner is not changed: set VIGIL_STATE_DIR to an empty folder.`,
  );
}

/**
 * Makes a user the owner of a folder and its content. Follows no links, and skips files with a second name (hard link),
 * because such files may belong to another user. On Linux the function opens a folder once and lists the open folder.
 * So nobody can replace the folder by a link between the check and the listing.
 */
export function handOver(path: string, { uid, gid }: UserIds): void {
  const checked = lstatSync(path, { throwIfNoEntry: false });
  if (!checked) return;
  if (checked.isSymbolicLink()) {
    lchownSync(path, uid, gid);
  } else if (checked.isDirectory() || (checked.isFile() && checked.nlink === 1)) {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const opened = fstatSync(file);
      if (opened.ino !== checked.ino || opened.dev !== checked.dev) return;
      if (opened.isDirectory() || opened.nlink === 1) fchownSync(file, uid, gid);
      if (!opened.isDirectory()) return;
      const folder = process.platform === 'linux' ? `/proc/self/fd/${file}` : path;
      for (const name of readdirSync(folder)) handOver(join(folder, name), { uid, gid });
    } finally {
      closeSync(file);
    }
  }
}

/** Throws if the process, which is no longer root, cannot read a path. */
function requireReadable(path: string, user: string): void {
  try {
    accessSync(path, constants.R_OK);
    accessSync(dirname(path), constants.X_OK);
  } catch (cause) {
    throw new VigilError(
      'settings-invalid',
      `VIGIL_RUN_AS: the user ${user} cannot read ${path}: let this user read it and enter its folders.`,
      { cause },
    );
  }
}
