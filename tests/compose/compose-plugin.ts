/**
 * Provides Compose v2 for the docker command. Uses the installed plug-in, or builds the official plug-in with a small
 * Go module.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { programOnPath, type Report } from '../../ops/platform/programs.ts';
import { run } from '../../ops/platform/run.ts';
import { type Docker, dockerWith } from './docker.ts';

const composeVersion = '2.40.3';
const moduleDir = join(import.meta.dirname, 'plugin');
const versionMajorMin = 2;

/**
 * Returns a docker command that has the command `compose`.
 * @param configDir folder that becomes `DOCKER_CONFIG` if the plug-in has to be built
 * @throws VigilError `missing-program` if neither Compose v2 nor Go is installed
 */
export async function withCompose(
  docker: Docker,
  softwareDir: string,
  configDir: string,
  report: Report,
): Promise<Docker> {
  if (await hasCompose(docker)) return docker;
  const plugins = join(configDir, 'cli-plugins');
  mkdirSync(plugins, { recursive: true, mode: 0o700 });
  const userConfig = join(process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json');
  if (existsSync(userConfig)) copyFileSync(userConfig, join(configDir, 'config.json'));
  copyFileSync(await ensurePlugin(softwareDir, report), join(plugins, 'docker-compose'));
  const dockerWithPlugin = dockerWith({ ...docker.env, DOCKER_CONFIG: configDir });
  await dockerWithPlugin.runOrThrow(['compose', 'version']);
  return dockerWithPlugin;
}

async function hasCompose(docker: Docker): Promise<boolean> {
  const { code, output } = await docker.run(['compose', 'version', '--short']);
  const major = /^v?(\d+)\./.exec(output.trim())?.[1];
  return code === 0 && Number(major ?? 0) >= versionMajorMin;
}

/** Builds the plug-in unless the software folder already has the plug-in. Returns its path. */
async function ensurePlugin(softwareDir: string, report: Report): Promise<string> {
  const home = join(softwareDir, `docker-compose-${composeVersion}`);
  const program = join(home, 'docker-compose');
  if (existsSync(program)) return program;
  if (programOnPath(['go']) === undefined) {
    throw new VigilError(
      'missing-program',
      'Compose v2 is missing, and Go, which could build it, is missing too: install the docker compose plug-in (docker-compose-plugin).',
    );
  }
  report(`building Compose ${composeVersion} (some minutes, once)`);
  mkdirSync(softwareDir, { recursive: true });
  const buildDir = mkdtempSync(join(softwareDir, 'making-'));
  try {
    cpSync(moduleDir, buildDir, { recursive: true });
    const env = { GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
    const linker = `-s -w -X github.com/docker/compose/v2/internal.Version=v${composeVersion}`;
    const flags = ['-trimpath', '-ldflags', linker, '-o', 'docker-compose'];
    for (const args of [
      ['mod', 'tidy'],
      ['build', ...flags, '.'],
    ]) {
      const { code, output } = await run('go', args, { cwd: buildDir, env });
      if (code !== 0) {
        throw new VigilError('missing-program', `Compose v2 could not be built: ${output.trim().slice(-500)}`);
      }
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(buildDir, home);
  } finally {
    rmSync(buildDir, { recursive: true, force: true });
  }
  return program;
}
