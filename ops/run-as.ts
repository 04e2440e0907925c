/** `npm start` as root with `VIGIL_RUN_AS`: gets what only root can get, hands the folders over, and gives root up for good. */
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
import { privateDirectory } from '../certs/files.ts';
import { VigilError } from '../contracts/errors.ts';
import { become, type Ids, idsOf, isRoot } from '../process/run-as.ts';
import { ensureClient } from './client.ts';
import { ensureJava, ensureSoftware } from './platform/software.ts';

/** What a state folder is known by: another folder is not handed over by mistake. */
const marks = ['certs', 'lock', 'logs', 'software', 'secrets'];

/** @returns one sentence on the user that everything runs under. @throws VigilError `settings-invalid`, `missing-program` */
export async function runAs(user: string, folders: { readonly stateDir: string; readonly softwareDir: string }) {
  const uid = process.getuid?.();
  if (uid === undefined) return '';
  if (user === '') {
    return isRoot()
      ? 'All of it runs as ROOT, so that a fault in any part may do anything on this machine: set VIGIL_RUN_AS to a user of its own.'
      : `All of it runs as user ${uid}.`;
  }
  if (!isRoot()) {
    if (idsOf(user).uid === uid) return `All of it runs as user ${uid}.`;
    throw new VigilError('settings-invalid', `VIGIL_RUN_AS ${user}: only root can start as another user.`);
  }
  const ids = idsOf(user);
  privateDirectory(folders.stateDir);
  // Where it is somebody's already, they could put a program of theirs there: the rest is got as that user, at the start itself.
  if (isRootsAlone(folders.softwareDir)) await ensureSoftware(folders.softwareDir, () => {});
  else await ensureJava(() => {});
  await ensureClient();
  requireStateFolder(folders.stateDir);
  handOver(folders.stateDir, ids);
  const programs = existsSync(folders.softwareDir) ? [folders.softwareDir] : [];
  become(ids);
  process.env.HOME = folders.stateDir;
  for (const path of [import.meta.filename, process.execPath, ...programs]) requireReadable(path, user);
  return `All of it runs as user ${ids.uid}, group ${ids.gid} (VIGIL_RUN_AS).`;
}

/** Whether no other user owns a folder or one that leads to it, so that root may write there and run what is there. */
function isRootsAlone(folder: string): boolean {
  const ends = existsSync(folder) ? [resolve(folder), realpathSync(folder)] : [resolve(folder)];
  return ends.every((end) => {
    for (let path = end; ; path = dirname(path)) {
      if ((lstatSync(path, { throwIfNoEntry: false })?.uid ?? 0) !== 0) return false;
      if (path === dirname(path)) return true;
    }
  });
}

function requireStateFolder(folder: string): void {
  const names = readdirSync(folder);
  if (names.length === 0 || names.some((name) => marks.includes(name))) return;
  throw new VigilError(
    'settings-invalid',
    `VIGIL_RUN_AS: ${folder} is no state folder of Vigil, so it is not handed over.`,
  );
}

/**
 * Links are never followed, and a file that has a second name is left: it may be somebody else's. What is in a folder is reached by the
 * folder that was looked at, where the system has such paths: who owns it could put a link in its place meanwhile.
 */
export function handOver(path: string, { uid, gid }: Ids): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (found.isSymbolicLink()) {
    lchownSync(path, uid, gid);
  } else if (found.isDirectory() || (found.isFile() && found.nlink === 1)) {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const opened = fstatSync(file);
      if (opened.ino !== found.ino || opened.dev !== found.dev) return;
      if (opened.isDirectory() || opened.nlink === 1) fchownSync(file, uid, gid);
      if (!opened.isDirectory()) return;
      const folder = process.platform === 'linux' ? `/proc/self/fd/${file}` : path;
      for (const name of readdirSync(folder)) handOver(join(folder, name), { uid, gid });
    } finally {
      closeSync(file);
    }
  }
}

/** By now as the user itself. */
function requireReadable(path: string, user: string): void {
  try {
    accessSync(path, constants.R_OK);
    accessSync(dirname(path), constants.X_OK);
  } catch (cause) {
    throw new VigilError(
      'settings-invalid',
      `VIGIL_RUN_AS: ${user} cannot read ${path}: open its folders to that user.`,
      { cause },
    );
  }
}
