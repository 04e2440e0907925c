/**
 * Starts processes of Vigil, such as the gateway, against the test platform with the settings that `npm start` gives
 * them. A test can kill and restart these processes.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import {
  type AssociationPeriod,
  type ConnectionRecord,
  contentTypes,
  type DeviceAssociations,
} from '../contracts/messages/records.ts';
import type { Service } from '../contracts/topics.ts';
import { pseudonym, unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { ReaderKeys } from '../log/envelope/wrapped-key.ts';
import { kafkaSettings } from '../log/kafka/settings.ts';
import { openSealedLog, type SealedLog } from '../log/sealed-log.ts';
import { type Child, saysReady, startChild } from '../ops/platform/child.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { type SystemAddresses, serviceEnv } from '../ops/platform/service-env.ts';
import { programs } from '../ops/processes.ts';
import { readSettings } from '../process/settings.ts';
import type { TestPlatform } from './platform.ts';
import { compileCache } from './program.ts';

export const root = join(import.meta.dirname, '..');

/** Makes the dashboard expect no canary. A test that starts a canary overrides this setting. */
const withoutCanary = { VIGIL_CANARY_SILENT_MS: '0' };
export type ProcessName = Exclude<keyof typeof programs, 'simulators'>;

export type RunningProcess = {
  readonly name: ProcessName;
  pid(): number;
  /** Ends the process with SIGKILL. Throws if something else ended the process. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Everything that the process has written, over all its starts. */
  output(): string;
  close(): Promise<void>;
};

/** Starts a process and waits until it reports that it is ready. */
export async function startProcess(
  platform: SystemAddresses,
  name: ProcessName,
  overrides: Readonly<Record<string, string>> = {},
): Promise<RunningProcess> {
  const logFile = join(platform.stateDir, 'logs', `${name}-${randomUUID().slice(0, 8)}.log`);
  let child: Child;
  async function start(): Promise<void> {
    child = startChild({
      name,
      command: process.execPath,
      args: [join(root, programs[name])],
      cwd: root,
      env: {
        ...serviceEnv(platform, name, { ...(name === 'dashboard' && withoutCanary), ...overrides }),
        ...compileCache,
      },
      logFile,
      isReady: saysReady,
    });
    await child.ready;
  }
  await start();
  return {
    name,
    pid: () => child.pid,
    start,
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      const { signal } = await child.exited;
      if (signal !== 'SIGKILL') throw new Error(`SIGKILL did not end ${name}: it ended by ${signal ?? 'itself'}`);
    },
    output: () => readFileSync(logFile, 'utf8'),
    close: () => child.stop(),
  };
}

/** Reads /metrics and /healthz of a process that `startProcess` started. */
export async function figuresOf(running: Pick<RunningProcess, 'output'>) {
  const port = [...running.output().matchAll(/"metricsPort":(\d+)/g)].at(-1)?.[1];
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const [metrics, health] = await Promise.all([get('/metrics'), get('/healthz')]);
  return { figures: await metrics.text(), status: health.status, health: await health.text() };
}

/**
 * Returns a copy of the platform with free ports for one gateway and one dashboard. Each test file needs its own ports.
 */
export async function ownPorts(platform: TestPlatform): Promise<TestPlatform> {
  const [mqttPort = 0, httpPort = 0] = await freePorts(2);
  return { ...platform, mqttPort, httpPort };
}

export async function openLogAs(platform: SystemAddresses, service: Service): Promise<SealedLog> {
  return openSealedLog({
    settings: readSettings(kafkaSettings, serviceEnv(platform, service)),
    service,
    boot: `test-${randomUUID().slice(0, 8)}`,
    log: pino({ level: 'silent' }),
  });
}

export const readersOf = (platform: SystemAddresses): ReaderKeys =>
  JSON.parse(readFileSync(serviceEnv(platform, 'operator').VIGIL_READERS_FILE!, 'utf8'));

const pseudonymKey = (platform: SystemAddresses) =>
  readFileSync(join(platform.stateDir, 'secrets', 'pseudonym.key'), 'utf8').trim();

export const devicePseudonym = (platform: SystemAddresses, deviceId: string) =>
  pseudonym(pseudonymKey(platform), 'device', deviceId);

/** Writes the complete list of periods of a device, as the operator. `version` must be higher than the last version. */
export async function associate(
  platform: SystemAddresses,
  operator: SealedLog,
  deviceId: string,
  version: number,
  ...periods: AssociationPeriod[]
): Promise<void> {
  const body: DeviceAssociations = { deviceId, version, periods };
  await operator.append('associations', devicePseudonym(platform, deviceId), contentTypes.associations, body);
}

/**
 * Writes the record that a gateway writes when a device connects. The dashboard assigns a patient only to a device that
 * has connected or sent something.
 */
export async function connectFor(platform: SystemAddresses, gateway: SealedLog, deviceId: string): Promise<void> {
  const body: ConnectionRecord = { deviceId, receivedAt: new Date().toISOString(), connected: true };
  const key = unassignedAssociation(pseudonymKey(platform), deviceId);
  await gateway.append('observations', key, contentTypes.connection, body);
}

/** Returns a period of an invented patient who was admitted to the bed an hour ago. */
export function admitted(bed: string, ward: string, familyName: string): AssociationPeriod {
  return {
    associationId: randomUUID(),
    patient: {
      patientId: `P-${randomUUID().slice(0, 8)}`,
      familyName,
      givenName: 'Test',
      birthDate: '1950-01-01',
      sex: 'unknown',
      category: 'adult',
    },
    ward,
    bed,
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: null,
  };
}

/**
 * Calls `probe` again and again until it returns a value other than undefined and false, and returns this value. The
 * time limit is generous, because no test may depend on the speed of the machine.
 * @param what description of the awaited event, for the error message
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 90_000,
): Promise<T> {
  for (const endMs = Date.now() + withinMs; Date.now() < endMs; await sleep(50)) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
  }
  throw new Error(`timed out after ${withinMs} ms, waiting for: ${what}`);
}
