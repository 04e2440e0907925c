/** Builds the browser client for `npm start`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { run } from './platform/run.ts';

const root = join(import.meta.dirname, '..');
/** Folders that the client's build reads. */
const sources = ['dashboard/client', 'dashboard/protocol', 'contracts'];

/**
 * Runs the build of the browser client, unless the built files are newer than all sources.
 * @throws VigilError `start-failed`
 */
export async function ensureClient(): Promise<void> {
  const builtMs = latestChangeMs(join(root, 'dashboard/client/dist/index.html'));
  if (sources.every((source) => latestChangeMs(join(root, source)) < builtMs)) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { code, output } = await run(process.execPath, [vite, 'build', 'dashboard/client', '--logLevel', 'error'], {
    cwd: root,
  });
  if (code !== 0) throw new VigilError('start-failed', `The browser client could not be built: ${lastLine(output)}`);
}

/**
 * Returns the time of the latest change of a file, or of any file in a folder, ms since 1970; 0 if the path does not
 * exist.
 */
function latestChangeMs(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path)
    .filter((name) => name !== 'dist' && name !== 'node_modules' && !name.includes('.test.'))
    .reduce((latest, name) => Math.max(latest, latestChangeMs(join(path, name))), 0);
}

function lastLine(output: string): string {
  return (output.trim().split('\n').at(-1) ?? '').slice(0, 300);
}
