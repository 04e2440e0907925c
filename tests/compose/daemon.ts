/**
 * Provides a Docker daemon for the test of docker-compose.yml: the running daemon, or a new daemon in a temporary
 * folder.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import { startChild } from '../../ops/platform/child.ts';
import { canInstall, installPackages, programOnPath, type Report } from '../../ops/platform/programs.ts';
import { run } from '../../ops/platform/run.ts';
import { type Docker, dockerWith } from './docker.ts';

export type Daemon = { readonly docker: Docker; readonly isNew: boolean; close(): Promise<void> };

const answerMsMax = 15_000;
const startMsMax = 60_000;
/** Time after which a daemon that does not stop is killed. Containers that ignore SIGTERM delay the stop. */
const stopMsMax = 60_000;

/** Empties the firewall's tables. Then the saved rules are restored. */
const noRules = `*filter
:INPUT ACCEPT
:FORWARD ACCEPT
:OUTPUT ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT
:INPUT ACCEPT
:OUTPUT ACCEPT
:POSTROUTING ACCEPT
COMMIT
`;

/**
 * Returns the running daemon, or starts a new one.
 * @param folder folder for the images, containers and volumes of a new daemon; `close()` removes it
 * @throws VigilError `missing-program` if no daemon answers and a new daemon cannot be started
 */
export async function openDaemon(folder: string, report: Report): Promise<Daemon> {
  const docker = dockerWith({});
  if (await isAnswering(docker)) return { docker, isNew: false, close: async () => undefined };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw unavailableError('no daemon answers, and only root can start one');
  }
  if (programOnPath(['dockerd']) === undefined || programOnPath(['docker']) === undefined) {
    if (!canInstall()) throw unavailableError('no daemon answers, and dockerd is not installed');
    await installPackages('Docker', ['docker.io', 'iptables'], report);
    if (await isAnswering(docker)) return { docker, isNew: false, close: async () => undefined };
  }
  report('starting a new Docker daemon');
  return startDaemon(folder);
}

function unavailableError(reason: string): VigilError {
  return new VigilError(
    'missing-program',
    `The test of docker-compose.yml needs a Docker daemon (${reason}): start Docker, or run the test as root on a Debian where docker.io can be installed.`,
  );
}

async function isAnswering(docker: Docker): Promise<boolean> {
  return (await docker.run(['version', '--format', '{{.Server.Version}}'], { msMax: answerMsMax })).code === 0;
}

async function startDaemon(folder: string): Promise<Daemon> {
  const hadBridge = existsSync('/sys/class/net/docker0');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  const host = `unix://${path('docker.sock')}`;
  await run('sh', ['-c', 'iptables-save > "$1"', 'save', path('firewall')]);
  const child = startChild({
    name: 'dockerd',
    command: 'dockerd',
    args: ['--data-root', path('data'), '--exec-root', path('exec'), '--pidfile', path('pid'), '--host', host],
    env: process.env,
    logFile: path('dockerd.log'),
    isReady: (line) => line.includes('API listen on'),
    readyTimeoutMs: startMsMax,
  });
  const docker = dockerWith({ DOCKER_HOST: host });
  const close = async () => {
    await child.stop(stopMsMax);
    // The stopped daemon leaves its network bridge and firewall rules behind. The rules would block forwarding.
    if (!hadBridge) await run('ip', ['link', 'delete', 'docker0']);
    await run('sh', ['-c', '{ printf %s "$2"; cat "$1"; } | iptables-restore', 'restore', path('firewall'), noRules]);
    await removeFolder(folder);
  };
  try {
    await child.ready;
    if (!(await isAnswering(docker))) throw new VigilError('start-failed', `dockerd does not answer at ${host}.`);
  } catch (cause) {
    const lastOutput = child.lastLine();
    await close();
    throw unavailableError(`dockerd could not be started: ${lastOutput.slice(-300) || (cause as Error).message}`);
  }
  return { docker, isNew: true, close };
}

/** Removes a folder. Tries again, because a mount of the daemon can exist for a short time after its end. */
async function removeFolder(folder: string): Promise<void> {
  for (let tries = 20; ; tries -= 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(250);
    }
  }
}
