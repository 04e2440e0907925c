/** `npm start` as root with `VIGIL_RUN_AS`: gets what only root can get, hands the folders over, and gives up root permanently. */
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

/** The files by which a state folder is recognised, so that another folder is not handed over by mistake. */
const marks = ['certs', 'lock', 'logs', 'software', 'secrets'];

/** @returns one sentence about the user that everything runs as. @throws VigilError `settings-invalid`, `missing-program` */
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
  // If another user owns the folder, that user could put a program there. Then the rest is downloaded as that user, at the start itself.
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

/** Returns whether no other user owns a folder or one of its parents, so that root may write there and run its programs. */
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
 * Never follows links, and skips a file that has a second name: it may belong to another user. Reaches the content of a folder through the
 * checked folder, if the system has such paths: otherwise its owner could put a link in its place meanwhile.
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

/** Runs as the user itself by now. */
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
