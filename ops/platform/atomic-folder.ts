import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Creates the folder `home` completely or not at all. `fill` writes into a temporary folder, which is then renamed to
 * `home`. If another process has created `home` in the meantime, the folder of that process stays.
 * @param directory the folder in which the temporary folder is created
 */
export async function makeFolderAtomically(
  directory: string,
  home: string,
  fill: (temporaryFolder: string) => Promise<void>,
): Promise<void> {
  const temporaryFolder = mkdtempSync(join(directory, 'making-'));
  try {
    await fill(temporaryFolder);
    if (existsSync(home) && readdirSync(home).length > 0) return;
    renameSync(temporaryFolder, home);
  } catch (error) {
    if (!isNotEmpty(error)) throw error;
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

function isNotEmpty(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
