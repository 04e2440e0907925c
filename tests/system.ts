/**
 * Starts Vigil's services (our word: houses) as processes against the test platform, as `npm start` does, so that a test can kill and
 * restart them.
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
import { serviceEnv, type Whereabouts } from '../ops/platform/service-env.ts';
import { readSettings } from '../process/settings.ts';
import type { TestPlatform } from './platform.ts';

export const root = join(import.meta.dirname, '..');

const entries = {
  gateway: 'gateway/main.ts',
  alarms: 'processors/alarms/main.ts',
  trends: 'processors/trends/main.ts',
  dashboard: 'dashboard/server/main.ts',
  witness: 'processors/witness/main.ts',
  canary: 'processors/canary/main.ts',
} as const;
/** Tells the dashboard that no canary runs. A test that starts a canary overrides this. */
const withoutCanary = { VIGIL_CANARY_SILENT_MS: '0' };
export type House = keyof typeof entries;

export type RunningHouse = {
  readonly house: House;
  pid(): number;
  /** SIGKILL, and asserts that the process is gone by it. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** All that it wrote so far, over all its starts. */
  output(): string;
  close(): Promise<void>;
};

/** Starts a house and waits until it says that it is ready. */
export async function startHouse(
  platform: Whereabouts,
  house: House,
  overrides: Readonly<Record<string, string>> = {},
): Promise<RunningHouse> {
  const logFile = join(platform.stateDir, 'logs', `${house}-${randomUUID().slice(0, 8)}.log`);
  let child: Child;
  async function start(): Promise<void> {
    child = startChild({
      name: house,
      command: process.execPath,
      args: [join(root, entries[house])],
      cwd: root,
      env: serviceEnv(platform, house, { ...(house === 'dashboard' && withoutCanary), ...overrides }),
      logFile,
      isReady: saysReady,
    });
    await child.ready;
  }
  await start();
  return {
    house,
    pid: () => child.pid,
    start,
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      const { signal } = await child.exited;
      if (signal !== 'SIGKILL') throw new Error(`${house} was to be killed but ended by ${signal ?? 'itself'}`);
    },
    output: () => readFileSync(logFile, 'utf8'),
    close: () => child.stop(),
  };
}

/** What a house of `startHouse` shows at its /metrics and /healthz now. */
export async function figuresOf(house: Pick<RunningHouse, 'output'>) {
  const port = [...house.output().matchAll(/"metricsPort":(\d+)/g)].at(-1)?.[1];
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const [metrics, health] = await Promise.all([ask('/metrics'), ask('/healthz')]);
  return { figures: await metrics.text(), status: health.status, health: await health.text() };
}

/** Free ports for one gateway and one dashboard, put into a copy of the platform, so that test files do not meet. */
export async function ownPorts(platform: TestPlatform): Promise<TestPlatform> {
  const [mqttPort = 0, httpPort = 0] = await freePorts(2);
  return { ...platform, mqttPort, httpPort };
}

export async function openLogAs(platform: Whereabouts, service: Service): Promise<SealedLog> {
  return openSealedLog({
    settings: readSettings(kafkaSettings, serviceEnv(platform, service)),
    service,
    boot: `test-${randomUUID().slice(0, 8)}`,
    log: pino({ level: 'silent' }),
  });
}

export const readersOf = (platform: Whereabouts): ReaderKeys =>
  JSON.parse(readFileSync(serviceEnv(platform, 'operator').VIGIL_READERS_FILE!, 'utf8'));

const pseudonymKey = (platform: Whereabouts) =>
  readFileSync(join(platform.stateDir, 'secrets', 'pseudonym.key'), 'utf8').trim();

export const devicePseudonym = (platform: Whereabouts, deviceId: string) =>
  pseudonym(pseudonymKey(platform), 'device', deviceId);

/** Writes a device's whole list of periods, as the operator; `version` must exceed the last. */
export async function associate(
  platform: Whereabouts,
  operator: SealedLog,
  deviceId: string,
  version: number,
  ...periods: AssociationPeriod[]
): Promise<void> {
  const body: DeviceAssociations = { deviceId, version, periods };
  await operator.append('associations', devicePseudonym(platform, deviceId), contentTypes.associations, body);
}

/**
 * Writes the record that a gateway writes when a device connects, so that the dashboards know the device. A device of which nothing was
 * heard cannot be assigned.
 */
export async function connectFor(platform: Whereabouts, gateway: SealedLog, deviceId: string): Promise<void> {
  const body: ConnectionRecord = { deviceId, receivedAt: new Date().toISOString(), connected: true };
  const key = unassignedAssociation(pseudonymKey(platform), deviceId);
  await gateway.append('observations', key, contentTypes.connection, body);
}

/** A made-up patient in a bed from an hour ago on. */
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

/** Polls until the value is there; the deadline is generous, since no test may depend on how fast the machine is. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 90_000,
): Promise<T> {
  for (const endMs = Date.now() + withinMs; Date.now() < endMs; await sleep(50)) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
  }
  throw new Error(`waited in vain for: ${what}`);
}
