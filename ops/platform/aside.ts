import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a folder `home` completely or not at all: `make` fills a temporary folder, which is then renamed to `home`. If another process made
 * `home` meanwhile, its folder stays.
 */
export async function makeAside(
  directory: string,
  home: string,
  make: (aside: string) => Promise<void>,
): Promise<void> {
  const aside = mkdtempSync(join(directory, 'making-'));
  try {
    await make(aside);
    if (existsSync(home) && readdirSync(home).length > 0) return;
    renameSync(aside, home);
  } catch (error) {
    if (!isNotEmpty(error)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function isNotEmpty(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
