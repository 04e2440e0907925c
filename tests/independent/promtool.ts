/**
 * Unpacks promtool, Prometheus's checker for metrics and alert rules, from Debian's package into the software folder.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderAtomically } from '../../ops/platform/atomic-folder.ts';
import { unpackPackage } from '../../ops/platform/programs.ts';
import { defaultSoftwareDir } from '../../ops/platform/software.ts';

export async function ensurePromtool(): Promise<string> {
  const software = process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir;
  const home = join(software, 'prometheus');
  const promtool = join(home, 'usr', 'bin', 'promtool');
  if (existsSync(promtool)) return promtool;
  mkdirSync(software, { recursive: true });
  await makeFolderAtomically(software, home, (temporaryFolder) =>
    unpackPackage('promtool', 'prometheus', temporaryFolder),
  );
  return promtool;
}
