import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const software = process.env.VIGIL_SOFTWARE_DIR ?? join(root, '.vigil', 'software');
/** Packages from PyPI that the tests use. */
const packages = ['jwcrypto==1.5.6', 'kafka-python==3.0.12', 'paho-mqtt==2.1.0'];

/**
 * Returns the path of a Python that has the packages above. At the first call, creates a virtual environment for them
 * in the software folder, and installs Debian's python3-venv if it is missing.
 */
export function ensurePython(): string {
  const home = join(software, 'python');
  const python = join(home, 'bin', 'python');
  const mark = join(home, 'installed');
  const packageList = packages.join('\n');
  // If the list above has changed, pip adds the missing packages to the existing environment.
  if (existsSync(mark)) {
    if (readFileSync(mark, 'utf8') === packageList) return python;
  } else {
    mkdirSync(software, { recursive: true });
    rmSync(home, { recursive: true, force: true });
    createVenv(home);
  }
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'ignore' });
  writeFileSync(`${mark}.new`, packageList);
  renameSync(`${mark}.new`, mark);
  return python;
}

function createVenv(home: string): void {
  if (spawnSync('python3', ['-m', 'venv', home], { stdio: 'ignore' }).status !== 0) {
    rmSync(home, { recursive: true, force: true });
    execFileSync('apt-get', ['update'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'python3', 'python3-venv'], {
      stdio: 'ignore',
    });
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'ignore' });
  }
}
