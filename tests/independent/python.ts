import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const software = process.env.VIGIL_SOFTWARE_DIR ?? join(root, '.vigil', 'software');
/** The packages from PyPI that tests use, each by its version. */
const packages = ['jwcrypto==1.5.6'];

/** A Python with the packages above, made once in the ignored state folder. Installs Debian's venv where it is missing and may be. */
export function ensurePython(): string {
  const home = join(software, 'python');
  const python = join(home, 'bin', 'python');
  const mark = join(home, 'installed');
  if (existsSync(mark)) return python;
  mkdirSync(software, { recursive: true });
  rmSync(home, { recursive: true, force: true });
  if (spawnSync('python3', ['-m', 'venv', home], { stdio: 'ignore' }).status !== 0) {
    rmSync(home, { recursive: true, force: true });
    execFileSync('apt-get', ['update'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'python3', 'python3-venv'], {
      stdio: 'ignore',
    });
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'ignore' });
  }
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'ignore' });
  writeFileSync(`${mark}.new`, packages.join('\n'));
  renameSync(`${mark}.new`, mark);
  return python;
}
