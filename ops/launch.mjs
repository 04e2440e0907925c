/**
 * Runs one of our programs under the Node version that the project pins. Before that, it installs the packages if they
 * are missing. Plain JavaScript without dependencies, because this file runs under the Node of the user's npm (18 or
 * later).
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const startedAtMs = Date.now();

/**
 * Returns whether node_modules contains the versions in package-lock.json. npm lists installed packages in
 * .package-lock.json.
 */
function isInstalled() {
  try {
    const lockedPackages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const installedPackages = JSON.parse(
      readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8'),
    ).packages;
    return Object.entries(lockedPackages).every(
      ([path, entry]) => path === '' || entry.optional || installedPackages[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

function install() {
  process.stdout.write('Installing the packages (npm ci)\n');
  // npm's warnings are about the Node version on which npm runs. Vigil runs on another Node.
  const ci = ['ci', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, ...ci]] : ['npm', ci];
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return;
  process.stderr.write(`The packages could not be installed (npm ci${error ? `: ${error.message}` : ''}).\n`);
  process.exit(1);
}

const [program, ...args] = process.argv.slice(2);
if (!isInstalled()) install();
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
if (!existsSync(node)) {
  process.stderr.write(
    `npm has no Node 26 for ${process.platform}-${process.arch}: use Linux or macOS, or docker compose up.\n`,
  );
  process.exit(1);
}
const path = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`;
const child = spawn(node, [join(root, program), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: path, VIGIL_LAUNCHED_AT_MS: String(startedAtMs) },
});
// Passes signals on to the program, and waits until the program ends.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', ...(process.platform === 'win32' ? [] : ['SIGUSR2'])];
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`Node 26 cannot be started: ${error.message}.\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
});
