/**
 * `npm run test:compose`: tests docker-compose.yml with a Docker daemon. Builds the image, starts all services, waits
 * for an alarm in the dashboard, and removes everything again. Prints one JSON line with the time that each part took.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDirectory, writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { type ScreenCounts, watchForAlarm } from '../../ops/clinician.ts';
import { proveSettings } from '../../ops/compose/settings.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { readSettings } from '../../process/settings.ts';
import { withCompose } from './compose-plugin.ts';
import { openDaemon } from './daemon.ts';
import { type Docker, dockerWith } from './docker.ts';
import { brokenRules, type Inspected } from './hardening.ts';
import { ensureImages, type StandIn } from './images.ts';

const root = join(import.meta.dirname, '..', '..');
const project = 'vigil-proof';
const image = 'vigil-proof:local';
const upMsMax = 5 * 60_000;
const alarmMsMax = 120_000;
const composeFile = ['compose', '--project-directory', root, '--file', join(root, 'docker-compose.yml')];

const startedAtMs = performance.now();
const report = (line: string) =>
  process.stderr.write(`${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);

/** Steps that clean up. They run from the last to the first, even after an error or a signal. */
const cleanUpSteps: (() => Promise<unknown>)[] = [];
/** Duration of each part in seconds. */
const durations: Record<string, number> = {};

async function timed<T>(part: string, work: () => Promise<T>): Promise<T> {
  const atMs = performance.now();
  try {
    return await work();
  } finally {
    durations[`${part}S`] = Math.round((performance.now() - atMs) / 100) / 10;
  }
}

async function prove(): Promise<Record<string, unknown>> {
  const settings = readSettings(proveSettings, process.env);
  const folder = join(settings.stateDir, 'compose');
  const softwareDir = settings.softwareDir;

  const daemon = await timed('daemon', () => openDaemon(join(folder, 'docker'), report));
  cleanUpSteps.push(() => timed('daemonStop', () => daemon.close()));
  // This folder may contain a copy of the user's logins at image registries.
  cleanUpSteps.push(async () => rmSync(join(folder, 'cli'), { recursive: true, force: true }));
  const equipped = await timed('plugin', () => withCompose(daemon.docker, softwareDir, join(folder, 'cli'), report));
  const [httpPort = 0, mqttPort = 0] = await freePorts(2);
  const docker = dockerWith({
    ...equipped.env,
    COMPOSE_PROJECT_NAME: project,
    COMPOSE_PROFILES: 'demo',
    COMPOSE_PROGRESS: 'plain',
    VIGIL_IMAGE: image,
    VIGIL_HTTP_PORT: String(httpPort),
    VIGIL_MQTT_PORT: String(mqttPort),
    VIGIL_BUILD_CA_FILE: settings.buildCaFile || settings.extraCaFile || '/dev/null',
  });
  const names = await baseImages(docker);
  const images = await timed('images', () =>
    ensureImages({ docker, names, softwareDir, workDir: join(folder, 'images'), report }),
  );
  cleanUpSteps.push(() => images.close());

  report('docker compose build');
  await timed('build', () => compose(docker, 'build'));
  cleanUpSteps.push(() => docker.run(['rmi', '--force', image]));
  cleanUpSteps.push(() => timed('down', () => compose(docker, 'down', '--volumes', '--timeout', '20')));
  cleanUpSteps.push(() => printLogsAfterFailure(docker));
  report('docker compose up --wait');
  await timed('up', () => compose(docker, 'up', '--detach', '--wait', '--wait-timeout', String(upMsMax / 1000)));
  await requireHardened(docker);
  const checkResult = await timed('check', () => check(docker, join(folder, 'clinician'), httpPort));
  if (checkResult.alarms === 0)
    throw new VigilError('start-failed', `No alarm reached the screen within ${alarmMsMax / 1000} s.`);
  return { ...checkResult, standIns: images.standIns };
}

/**
 * Throws unless the running containers keep the rules of hardening.ts, and the root file system of the gateway is
 * read-only.
 */
async function requireHardened(docker: Docker): Promise<void> {
  const ids = (await compose(docker, 'ps', '--all', '--quiet')).trim().split('\n');
  const containers: Inspected[] = JSON.parse(await docker.runOrThrow(['inspect', ...ids]));
  const broken = containers.flatMap(brokenRules);
  if (broken.length > 0)
    throw new VigilError('start-failed', `Containers break rules of hardening: ${broken.join('; ')}.`);
  const write = "require('node:fs').writeFileSync('/opt/vigil/probe', '')";
  const { output, errors } = await docker.run([...composeFile, 'exec', '--no-TTY', 'gateway', 'node', '--eval', write]);
  if (!errors.includes('EROFS')) {
    throw new VigilError(
      'start-failed',
      `The gateway can write to its root file system: ${(output + errors).slice(-300)}`,
    );
  }
}

/**
 * Waits for an alarm as `npm start -- --check` does, with the certificate authority and the login from the containers.
 */
async function check(docker: Docker, folder: string, httpPort: number): Promise<ScreenCounts> {
  const read = (file: string) => compose(docker, 'exec', '--no-TTY', 'dashboard', 'cat', file);
  ensurePrivateDirectory(join(folder, 'certs'));
  cleanUpSteps.push(async () => rmSync(folder, { recursive: true, force: true }));
  writeAtomic(join(folder, 'certs', 'ca.pem'), await read('/run/vigil/certs/ca.pem'), 0o600);
  const passwords = JSON.parse(await read('/run/vigil-accounts/secrets/demo-logins.json'));
  report('waiting for an alarm in the dashboard');
  return watchForAlarm({
    addresses: { stateDir: folder, httpPort, kafkaBrokers: '', influxUrl: '', mqttPort: 0 },
    login: { userId: 'physician', role: 'physician', wards: '', password: passwords.physician },
    withinMs: alarmMsMax,
    signal: AbortSignal.timeout(2 * alarmMsMax),
  });
}

function compose(docker: Docker, ...args: string[]): Promise<string> {
  return docker.runOrThrow([...composeFile, ...args]);
}

/** If the test has failed, prints the state and the last log lines of the containers. */
async function printLogsAfterFailure(docker: Docker): Promise<void> {
  if (process.exitCode !== 1) return;
  const { output } = await docker.run([...composeFile, 'ps', '--all', '--format', '{{.Service}}: {{.Status}}']);
  const logs = await docker.run([...composeFile, 'logs', '--no-color', '--tail', '15']);
  process.stderr.write(`${output}\n${logs.output}\n`);
}

/** Returns the names of the base images of docker-compose.yml and the Dockerfile, as Compose reads them. */
async function baseImages(docker: Docker): Promise<Record<StandIn, string>> {
  const config = JSON.parse(await compose(docker, 'config', '--format', 'json'));
  return {
    kafka: config.services.kafka.image,
    influxdb: config.services.influxdb.image,
    node: config.services.init.build.args.NODE_IMAGE,
  };
}

let cleaningUp: Promise<void> | undefined;
/** Runs the steps that clean up. A second call waits for the first call. */
function cleanUp(): Promise<void> {
  cleaningUp ??= runCleanUpSteps();
  return cleaningUp;
}

async function runCleanUpSteps(): Promise<void> {
  for (let step = cleanUpSteps.pop(); step !== undefined; step = cleanUpSteps.pop()) {
    await step().catch((error: Error) => process.stderr.write(`Cleaning up: ${error.message}\n`));
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanUp().finally(() => process.exit(1));
  });
}

let result: Record<string, unknown>;
try {
  result = { ok: true, ...(await prove()) };
} catch (error) {
  const reason = error instanceof VigilError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${reason}\n`);
  result = { ok: false, reason: reason.trim().split('\n').at(-1) };
  process.exitCode = 1;
}
if (cleanUpSteps.length > 0) report('removing everything again');
await cleanUp();
process.stdout.write(`${JSON.stringify({ ...result, ...durations })}\n`);
