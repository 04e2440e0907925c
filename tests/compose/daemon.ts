/** A Docker daemon to prove docker-compose.yml on: the one that answers, or one of our own in a folder of its own. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import { startChild } from '../../ops/platform/child.ts';
import { installPackages, mayInstall, onPath, type Report } from '../../ops/platform/programs.ts';
import { run } from '../../ops/platform/run.ts';
import { type Docker, dockerWith } from './docker.ts';

export type Daemon = { readonly docker: Docker; readonly own: boolean; close(): Promise<void> };

const answerMsMax = 15_000;
const startMsMax = 60_000;
/** Past it the daemon is killed; containers that ignore SIGTERM take their time. */
const stopMsMax = 60_000;

/** What a firewall without rules is; what was saved comes after it, and takes its place. */
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
 * @param folder made, and removed by `close()`; holds images, containers and volumes of a daemon of our own
 * @throws VigilError `missing-program` where no daemon answers and none can be started here
 */
export async function openDaemon(folder: string, report: Report): Promise<Daemon> {
  const found = dockerWith({});
  if (await answers(found)) return { docker: found, own: false, close: async () => undefined };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw unavailable('none answers, and only root can start one');
  }
  if (onPath(['dockerd']) === undefined || onPath(['docker']) === undefined) {
    if (!mayInstall()) throw unavailable('none answers, and dockerd is not installed');
    await installPackages('Docker', ['docker.io', 'iptables'], report);
    if (await answers(found)) return { docker: found, own: false, close: async () => undefined };
  }
  report('starting a Docker daemon of our own');
  return startDaemon(folder);
}

function unavailable(why: string): VigilError {
  return new VigilError(
    'missing-program',
    `The compose proof needs a Docker daemon (${why}): start Docker, or run as root on a Debian where docker.io can be installed.`,
  );
}

async function answers(docker: Docker): Promise<boolean> {
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
    // The daemon leaves its bridge and a firewall that forwards nothing.
    if (!hadBridge) await run('ip', ['link', 'delete', 'docker0']);
    await run('sh', ['-c', '{ printf %s "$2"; cat "$1"; } | iptables-restore', 'restore', path('firewall'), noRules]);
    await removeFolder(folder);
  };
  try {
    await child.ready;
    if (!(await answers(docker))) throw new VigilError('start-failed', `dockerd does not answer at ${host}.`);
  } catch (cause) {
    const words = child.lastWords();
    await close();
    throw unavailable(`dockerd could not be started: ${words.slice(-300) || (cause as Error).message}`);
  }
  return { docker, own: true, close };
}

/** A mount that the daemon has let go may take a moment to vanish. */
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
