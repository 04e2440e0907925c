/** Finds programs on this machine. Installs missing programs with Debian's package manager, if the user is root. */
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { run } from './run.ts';

/** Called with a phrase about each step, for the display of progress. */
export type Report = (line: string) => void;

const composeHint = 'use `docker compose up`, which does not need it';

/** Returns the path of the first of these programs that is in a folder of PATH. */
export function programOnPath(names: readonly string[]): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter);
  for (const name of names) {
    for (const directory of directories) {
      if (directory !== '' && existsSync(join(directory, name))) return join(directory, name);
    }
  }
  return undefined;
}

/** Returns whether packages can be installed: the system has apt-get and the user is root. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && programOnPath(['apt-get']) !== undefined;
}

const aptEnvironment = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
/** With the timeout for the package manager's lock, a start waits while another start installs packages. */
const lockOptions = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];

/**
 * Installs Debian packages.
 * @throws VigilError `missing-program` with the command that a person can use
 */
export async function installPackages(what: string, packages: readonly string[], report: Report): Promise<void> {
  if (!canInstall()) {
    throw new VigilError(
      'missing-program',
      `${what} is missing: install it (on Debian: apt-get install ${packages.join(' ')}), or ${composeHint}.`,
    );
  }
  report(`installing ${packages.join(', ')} with apt-get`);
  await updateLists();
  const result = await run('apt-get', [...lockOptions, 'install', '-y', '--no-install-recommends', ...packages], {
    env: aptEnvironment,
  });
  if (result.code !== 0) throw installFailed(what, packages, result.output);
}

/**
 * Downloads a Debian package and unpacks it into a folder. Installs nothing and starts no service.
 * @throws VigilError `missing-program`
 */
export async function unpackPackage(what: string, name: string, directory: string): Promise<void> {
  if (programOnPath(['apt-get']) === undefined || programOnPath(['dpkg']) === undefined) {
    throw new VigilError('missing-program', `${what} is missing: install it (package ${name}), or ${composeHint}.`);
  }
  await updateLists();
  const download = await run('apt-get', [...lockOptions, '-o', 'APT::Sandbox::User=root', 'download', name], {
    env: aptEnvironment,
    cwd: directory,
  });
  if (download.code !== 0) throw installFailed(what, [name], download.output);
  const unpack = await run('sh', ['-c', 'dpkg -x ./*.deb . && rm -f ./*.deb'], { env: aptEnvironment, cwd: directory });
  if (unpack.code !== 0) throw installFailed(what, [name], unpack.output);
}

/**
 * Downloads a Debian package and its missing dependencies, and unpacks them into one folder. Installs nothing and
 * starts no service. The libraries are in `usr/lib/<machine>`.
 * @throws VigilError `missing-program`
 */
export async function unpackWithDependencies(what: string, name: string, directory: string): Promise<void> {
  if (!canInstall()) {
    throw new VigilError('missing-program', `${what} is missing: install it (on Debian: apt-get install ${name}).`);
  }
  await updateLists();
  const archives = join(directory, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const aptOptions = ['-o', `Dir::Cache::archives=${archives}`, '-o', 'APT::Sandbox::User=root'];
  const options = [...lockOptions, ...aptOptions, '-y', '--no-install-recommends', '--download-only'];
  const download = await run('apt-get', [...options, 'install', '--reinstall', name], { env: aptEnvironment });
  if (download.code !== 0) throw installFailed(what, [name], download.output);
  const unpack = await run(
    'sh',
    ['-c', 'for f in archives/*.deb; do dpkg -x "$f" . || exit 1; done; rm -rf archives'],
    {
      env: aptEnvironment,
      cwd: directory,
    },
  );
  if (unpack.code !== 0) throw installFailed(what, [name], unpack.output);
}

let updated: Promise<unknown> | undefined;

/** Updates the package lists, once per process. Ignores a failure, because the later download reports it. */
function updateLists(): Promise<unknown> {
  updated ??=
    process.getuid?.() === 0 ? run('apt-get', [...lockOptions, 'update'], { env: aptEnvironment }) : Promise.resolve();
  return updated;
}

function installFailed(what: string, packages: readonly string[], output: string): VigilError {
  const reason =
    output
      .trim()
      .split('\n')
      .findLast((line) => /^[EW]: |error/i.test(line)) ?? 'no reason given';
  return new VigilError(
    'missing-program',
    `${what} is missing and apt-get could not get ${packages.join(' ')} (${reason.slice(0, 200)}): install it by hand, or ${composeHint}.`,
  );
}
