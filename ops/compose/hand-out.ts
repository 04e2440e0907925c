/**
 * Copies certificates and secrets from the authority's folder to the folder of each service, and removes files that the
 * service must not have.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDirectory, writeAtomic } from '../../certs/files.ts';
import { type Holder, holders, sharedFolders, sharesOf } from './identities.ts';

/**
 * Gives each holder its files. Does not write a file again if its content is the same.
 * @returns the files that were written or removed, as `holder/folder/name`
 * @throws VigilError `settings-invalid` if a folder cannot be written, `no-space`
 */
export function handOut(stateDir: string, composeDir: string, devices: readonly string[]): string[] {
  return holders.flatMap((holder) =>
    handOutTo(holder, stateDir, join(composeDir, holder), devices).map((name) => `${holder}/${name}`),
  );
}

function handOutTo(holder: Holder, stateDir: string, folder: string, devices: readonly string[]): string[] {
  ensurePrivateDirectory(folder);
  const changed: string[] = [];
  const shares = sharesOf(holder, devices);
  for (const { to, from } of shares) {
    const path = join(folder, to);
    const content = from.map((file) => readFileSync(join(stateDir, file), 'utf8')).join('');
    ensurePrivateDirectory(dirname(path));
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    writeAtomic(path, content, 0o600);
    changed.push(to);
  }
  const sharedNames = new Set(shares.map(({ to }) => to));
  for (const name of filesIn(folder).filter((file) => !sharedNames.has(file))) {
    rmSync(join(folder, name));
    changed.push(name);
  }
  return changed;
}

function filesIn(folder: string): string[] {
  return sharedFolders
    .filter((name) => existsSync(join(folder, name)))
    .flatMap((name) => readdirSync(join(folder, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
