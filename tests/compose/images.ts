/** Provides the base images of docker-compose.yml: pulls them, or builds replacement images with the same names. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { canInstall, installPackages, programOnPath, type Report } from '../../ops/platform/programs.ts';
import { run } from '../../ops/platform/run.ts';
import { ensureSoftware } from '../../ops/platform/software.ts';
import type { Docker } from './docker.ts';

const root = join(import.meta.dirname, '..', '..');
const baseImage = 'vigil-stand-in/base';
/** Time limit for pulling an image, which can be large. */
const pullMsMax = 10 * 60_000;
const npmVersion = '11';

export type StandIn = 'kafka' | 'influxdb' | 'node';

export type Images = {
  /** Names of the images that were built as replacements. */
  readonly standIns: readonly string[];
  /** Removes the replacement images, so that nobody mistakes them for the real images. */
  close(): Promise<void>;
};

export type ImageOptions = {
  readonly docker: Docker;
  /** Names of the base images. */
  readonly names: Readonly<Record<StandIn, string>>;
  readonly softwareDir: string;
  /** Temporary folder for building, removed at the end. */
  readonly workDir: string;
  readonly report: Report;
};

/**
 * Makes sure that Docker has all base images.
 * @throws VigilError `missing-program` or `start-failed`
 */
export async function ensureImages(options: ImageOptions): Promise<Images> {
  const { docker, names, report } = options;
  const missing: StandIn[] = [];
  let registryAnswers = true;
  for (const [which, name] of Object.entries(names) as [StandIn, string][]) {
    if ((await docker.run(['image', 'inspect', name])).code === 0) continue;
    if (registryAnswers) {
      report(`pulling ${name}`);
      registryAnswers = (await docker.run(['pull', '--quiet', name], { msMax: pullMsMax })).code === 0;
      if (registryAnswers) continue;
    }
    missing.push(which);
  }
  if (missing.length > 0) await buildStandIns(options, missing);
  const standIns = missing.map((which) => names[which]);
  return {
    standIns,
    close: async () => {
      if (standIns.length > 0) await docker.run(['rmi', '--force', ...standIns, baseImage]);
    },
  };
}

async function buildStandIns(options: ImageOptions, missing: readonly StandIn[]): Promise<void> {
  const { docker, names, workDir, report } = options;
  report(`no image can be pulled: building replacement images for ${missing.map((which) => names[which]).join(', ')}`);
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  try {
    const software = await ensureSoftware(options.softwareDir, report);
    await buildBase(docker, join(workDir, 'base'));
    for (const which of missing) {
      const context = join(workDir, which);
      cpSync(join(import.meta.dirname, 'stand-ins', which), context, { recursive: true });
      switch (which) {
        case 'kafka':
          cpSync(software.kafkaLibs, join(context, 'libs'), { recursive: true });
          break;
        case 'influxdb':
          cpSync(software.influxd, join(context, 'influxd'));
          break;
        case 'node':
          await addNode(context);
          break;
      }
      // The classic builder needs no plug-in, and can use a base image that no registry has.
      await docker.runOrThrow(['build', '--quiet', '--tag', names[which], context], { env: { DOCKER_BUILDKIT: '0' } });
      rmSync(context, { recursive: true, force: true });
    }
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** Builds a base image: a minimal Debian of this machine's release with a Java runtime. */
async function buildBase(docker: Docker, folder: string): Promise<void> {
  if (process.getuid?.() !== 0 || !canInstall()) {
    throw new VigilError(
      'missing-program',
      'Docker cannot pull images, and building replacement images needs root on a Debian: give Docker access to its registry.',
    );
  }
  if (programOnPath(['debootstrap']) === undefined) {
    await installPackages('debootstrap', ['debootstrap'], () => undefined);
  }
  const suite = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const packages = 'default-jre-headless,ca-certificates,libatomic1,libstdc++6';
  await runOrThrow('debootstrap', ['--variant=minbase', `--include=${packages}`, suite, folder]);
  for (const cache of ['var/cache/apt', 'var/lib/apt/lists']) {
    rmSync(join(folder, cache), { recursive: true, force: true });
  }
  await runOrThrow('sh', ['-c', 'tar -C "$1" -c . | docker import - "$2"', 'import', folder, baseImage], docker.env);
  rmSync(folder, { recursive: true, force: true });
}

async function addNode(context: string): Promise<void> {
  cpSync(process.execPath, join(context, 'node'));
  await runOrThrow('npm', ['pack', '--silent', '--pack-destination', context, `npm@${npmVersion}`]);
  await runOrThrow('sh', ['-c', 'cd "$1" && tar -xzf npm-*.tgz && mv package npm && rm npm-*.tgz', 'unpack', context]);
}

async function runOrThrow(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, output } = await run(command, args, { cwd: root, env });
  if (code !== 0) throw new VigilError('start-failed', `${command} failed: ${output.trim().slice(-500)}`);
}
