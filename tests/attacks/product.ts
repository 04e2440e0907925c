/**
 * The product as `npm start` runs it, once for all files of the project `attacks`: in a state folder of its own, on free ports of
 * loopback, with its demo accounts and eight replayed beds in two wards. A test reads `inject('product')`, and ends nothing of it: what
 * one test leaves behind, the next must bear.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureCertificates } from '../../certs/ensure.ts';
import type { Role } from '../../contracts/messages/records.ts';
import { type Account, writeAccounts } from '../../dashboard/accounts/accounts.ts';
import { hashPassword } from '../../dashboard/accounts/password.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import type { Whereabouts } from '../../ops/platform/serviceEnv.ts';
import { defaultSoftwareDir, ensureSoftware } from '../../ops/platform/software.ts';
import { removeLeftovers, stateRoot } from '../platform.ts';

export type Product = Whereabouts & {
  readonly softwareDir: string;
  readonly metricsPort: number;
  readonly alarmsMetricsPort: number;
  readonly kafkaPort: number;
  readonly kafkaControllerPort: number;
  readonly influxPort: number;
  readonly influxRpcPort: number;
  /** Of `npm start`; the processes of the product are its children. */
  readonly pid: number;
  /** The passwords of all accounts. */
  readonly passwords: Readonly<Record<string, string>>;
};

declare module 'vitest' {
  interface ProvidedContext {
    product: Product;
  }
}

/** Of accounts beside the demo ones (`nurse` of icu, `physician` of both wards, `technician` and `auditor` of all). */
const password = 'correct horse battery staple';
const people: readonly [userId: string, role: Role, wards: readonly string[]][] = [
  ['step-nurse', 'nurse', ['step-down']],
  ['icu-technician', 'technician', ['icu']],
  ['chief', 'physician', ['*']],
  // Colleagues on the ICU: who is attacked, who attacks, and who must not be disturbed by it.
  ...Array.from({ length: 20 }, (_, at): [string, Role, string[]] => [`icu-nurse-${at + 1}`, 'nurse', ['icu']]),
];
/** Devices with a certificate and no bed, beside `bed-01` … `bed-08`, which are replayed. */
export const spareDevices = Array.from({ length: 12 }, (_, at) => `spare-${String(at + 1).padStart(2, '0')}`);

/** Beds of each ward: four have a replayed device, the others are free for tests. */
const bedsPerWard = 12;
const wards = [
  { ward: 'icu', letters: 'ICU' },
  { ward: 'step-down', letters: 'SD' },
];

const root = join(import.meta.dirname, '..', '..');
const startMsMax = 300_000;
const stopMsMax = 60_000;
const report = (line: string) => process.stderr.write(`attacks: ${line}\n`);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeLeftovers();
  const stateDir = join(stateRoot, `test-${process.pid}-attacks`);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const softwareDir = process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir;
  await ensureSoftware(softwareDir, report);
  await ensureCertificates({ stateDir, devices: spareDevices, nowMs: Date.now() });
  addWards(join(stateDir, 'wards.json'));
  await addPeople(join(stateDir, 'secrets', 'accounts.json'));
  const { child, product } = await start(stateDir, softwareDir);
  project.provide('product', product);
  return async () => {
    await stop(child);
    rmSync(stateDir, { recursive: true, force: true });
  };
}

function addWards(file: string): void {
  const beds = (letters: string) => Array.from({ length: bedsPerWard }, (_, at) => `${letters}-${at + 1}`);
  const registry = { version: 1, wards: wards.map(({ ward, letters }) => ({ ward, beds: beds(letters) })) };
  writeFileSync(file, JSON.stringify(registry));
}

async function addPeople(file: string): Promise<void> {
  const hash = await hashPassword(password);
  const accounts = people.map(([userId, role, wards]): [string, Account] => [
    userId,
    { userId, name: `The ${userId}`, role, wards: [...wards], password: hash, disabled: false },
  ]);
  writeAccounts(file, new Map(accounts));
}

async function start(stateDir: string, softwareDir: string): Promise<{ child: ChildProcess; product: Product }> {
  const [
    httpPort = 0,
    mqttPort = 0,
    metricsPort = 0,
    alarmsMetricsPort = 0,
    kafkaPort = 0,
    kafkaControllerPort = 0,
    influxPort = 0,
    influxRpcPort = 0,
  ] = await freePorts(8);
  const child = spawn(process.execPath, [join(root, 'ops/start.ts')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      VIGIL_SOFTWARE_DIR: softwareDir,
      VIGIL_STATE_DIR: stateDir,
      VIGIL_HTTP_PORT: String(httpPort),
      VIGIL_MQTT_PORT: String(mqttPort),
      VIGIL_METRICS_PORT: String(metricsPort),
      VIGIL_ALARMS_METRICS_PORT: String(alarmsMetricsPort),
      VIGIL_KAFKA_PORT: String(kafkaPort),
      VIGIL_KAFKA_CONTROLLER_PORT: String(kafkaControllerPort),
      VIGIL_INFLUX_PORT: String(influxPort),
      VIGIL_INFLUX_RPC_PORT: String(influxRpcPort),
      VIGIL_BEDS: '8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await untilReady(child);
  const demo: Record<string, string> = JSON.parse(readFileSync(join(stateDir, 'secrets', 'demo-logins.json'), 'utf8'));
  const product: Product = {
    stateDir,
    softwareDir,
    ...{ httpPort, mqttPort, metricsPort, alarmsMetricsPort },
    ...{ kafkaPort, kafkaControllerPort, influxPort, influxRpcPort },
    kafkaBrokers: `127.0.0.1:${kafkaPort}`,
    influxUrl: `https://127.0.0.1:${influxPort}`,
    pid: child.pid ?? 0,
    passwords: { ...demo, ...Object.fromEntries(people.map(([userId]) => [userId, password])) },
  };
  return { child, product };
}

/** Whatever it writes after that is read and left, so that it never waits for its reader. */
async function untilReady(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`npm start was not ready in ${startMsMax} ms`)), startMsMax);
  let words = '';
  const take = (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(-10_000);
    const ready = /Vigil is ready after [\d.]+ s/.exec(words);
    if (ready) {
      report(ready[0]);
      resolve();
    }
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  child.once('error', reject);
  child.once('close', (code) => reject(new Error(`npm start ended with ${code}: ${words}`)));
  try {
    await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** As Ctrl-C does. What hangs is killed: its children end with it (ops/platform/child.ts). */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await promise;
  clearTimeout(timer);
}
