/** The built client that the tests of screens show. */
import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../system.ts';

/** The variable that holds the folder of a client which was built once for the whole run. */
export const builtClientVariable = 'SCREENS_CLIENT_DIR';

/** Builds the present client into a folder, which is emptied first. */
export async function buildClient(outDir: string): Promise<void> {
  const client = join(root, 'dashboard', 'client');
  await build({
    configFile: join(client, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
}
