/** Toxiproxy, the relay whose connections a test can cut and slow: built once from its Go module, kept with the other software. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { installPackages, onPath, type Report } from '../../ops/platform/programs.ts';
import { run } from '../../ops/platform/run.ts';

const version = '2.5.0';

/**
 * @returns path of the server program
 * @throws VigilError `missing-program`
 */
export async function ensureToxiproxy(softwareDir: string, report: Report): Promise<string> {
  const home = join(softwareDir, `toxiproxy-${version}`);
  const program = join(home, 'server');
  if (existsSync(program)) return program;
  if (onPath(['go']) === undefined) await installPackages('Go', ['golang-go'], report);
  report(`building toxiproxy ${version}`);
  mkdirSync(softwareDir, { recursive: true });
  const aside = mkdtempSync(join(softwareDir, 'making-'));
  try {
    const args = ['install', '-trimpath', `github.com/Shopify/toxiproxy/v2/cmd/server@v${version}`];
    const { code, output } = await run('go', args, {
      cwd: aside,
      env: { GOBIN: aside, GOFLAGS: '', CGO_ENABLED: '0' },
    });
    if (code !== 0)
      throw new VigilError('missing-program', `toxiproxy could not be built: ${output.trim().slice(-500)}`);
    // Another run may have been faster; what it made is the same.
    if (!existsSync(program)) renameSync(aside, home);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return program;
}
