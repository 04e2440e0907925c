/** Builds the browser client for the screen tests. */
import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../system.ts';

/** Name of the environment variable with the folder of the client that was built for the whole test run. */
export const builtClientVariable = 'SCREENS_CLIENT_DIR';

/** Builds the client of this repository into a folder, which is emptied first. */
export async function buildClient(outDir: string): Promise<void> {
  const client = join(root, 'dashboard', 'client');
  await build({
    configFile: join(client, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
}
