/** Builds the browser client for the screen tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../system.ts';

/** Name of the environment variable with the folder of the client that was built for the whole test run. */
export const builtClientVariable = 'SCREENS_CLIENT_DIR';

/**
 * Builds the client of this repository into a folder, which is emptied first. The build runs in a separate process:
 * vitest sets NODE_ENV, with which vite would make a development build. Hospitals run a production build.
 */
export async function buildClient(outDir: string): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', 'dashboard/client', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  const env = { ...process.env, NODE_ENV: 'production' };
  const build = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  const [code] = await once(build, 'close');
  if (code !== 0) throw new Error(`vite build ended with exit code ${code}.`);
}
