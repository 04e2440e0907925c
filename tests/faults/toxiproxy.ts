/** Builds Toxiproxy from its Go module. Toxiproxy is a network relay whose connections a test can cut and slow down. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { installPackages, programOnPath, type Report } from '../../ops/platform/programs.ts';
import { run } from '../../ops/platform/run.ts';

const version = '2.5.0';

/**
 * Builds the server program of Toxiproxy unless the software folder has it already. Returns its path.
 * @throws VigilError `missing-program` if the build fails
 */
export async function ensureToxiproxy(softwareDir: string, report: Report): Promise<string> {
  const home = join(softwareDir, `toxiproxy-${version}`);
  const program = join(home, 'server');
  if (existsSync(program)) return program;
  if (programOnPath(['go']) === undefined) await installPackages('Go', ['golang-go'], report);
  report(`building toxiproxy ${version}`);
  mkdirSync(softwareDir, { recursive: true });
  const buildDir = mkdtempSync(join(softwareDir, 'making-'));
  try {
    const args = ['install', '-trimpath', `github.com/Shopify/toxiproxy/v2/cmd/server@v${version}`];
    const { code, output } = await run('go', args, {
      cwd: buildDir,
      env: { GOBIN: buildDir, GOFLAGS: '', CGO_ENABLED: '0' },
    });
    if (code !== 0)
      throw new VigilError('missing-program', `toxiproxy could not be built: ${output.trim().slice(-500)}`);
    // Another test run may have built the same program in the meantime.
    if (!existsSync(program)) renameSync(buildDir, home);
  } finally {
    rmSync(buildDir, { recursive: true, force: true });
  }
  return program;
}
