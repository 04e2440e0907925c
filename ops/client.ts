/** Builds the browser client if its sources are newer than the built files. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { run } from './platform/run.ts';

const root = join(import.meta.dirname, '..');
/** Folders that the client's build reads. */
const sources = ['dashboard/client', 'dashboard/protocol', 'contracts'];

export async function ensureClient(): Promise<void> {
  const built = newest(join(root, 'dashboard/client/dist/index.html'));
  if (sources.every((source) => newest(join(root, source)) < built)) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { code, output } = await run(process.execPath, [vite, 'build', 'dashboard/client', '--logLevel', 'error'], {
    cwd: root,
  });
  if (code !== 0) throw new VigilError('start-failed', `The browser client could not be built: ${lastLine(output)}`);
}

/** Returns the latest change of a file or of anything in a folder, ms since 1970; 0 if it does not exist. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path)
    .filter((name) => name !== 'dist' && name !== 'node_modules' && !name.includes('.test.'))
    .reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

function lastLine(output: string): string {
  return (output.trim().split('\n').at(-1) ?? '').slice(0, 300);
}
