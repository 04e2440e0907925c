/**
 * Starts one real Kafka and one real InfluxDB for a test run, on free ports and in a separate state folder, and stops
 * them after the run. A test gets their addresses from `inject('platform')`.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Platform, startPlatform } from '../ops/platform/platform.ts';
import { freePorts } from '../ops/platform/ports.ts';
import type { SystemAddresses } from '../ops/platform/service-env.ts';
import { defaultSoftwareDir, ensureChromium } from '../ops/platform/software.ts';

export type TestPlatform = SystemAddresses & {
  readonly softwareDir: string;
  readonly kafkaPid: number;
  readonly kafkaPort: number;
  readonly kafkaControllerPort: number;
  readonly influxPid: number;
};

declare module 'vitest' {
  interface ProvidedContext {
    platform: TestPlatform;
    /** Path of the browser's program; empty in projects that need no browser. */
    chromium: string;
  }
}

/** Devices that have a certificate from the start. `ensureCertificates` gives certificates to further devices. */
export const testDevices = Array.from({ length: 12 }, (_, index) => `bed-${String(index + 1).padStart(2, '0')}`);

export const stateRoot = join(import.meta.dirname, '..', '.vigil');
const report = (line: string) => process.stderr.write(`platform: ${line}\n`);

/** The platform that all vitest projects of a run share, and the number of projects that use it now. */
type SharedPlatform = { users: number; started: Promise<{ platform: Platform; data: TestPlatform }> };
/** Each project loads this file again, so only `globalThis` is common to all projects. */
const globals = globalThis as { vigilTestPlatform?: SharedPlatform };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  globals.vigilTestPlatform ??= { users: 0, started: startTestPlatform(`test-${process.pid}`) };
  const shared = globals.vigilTestPlatform;
  shared.users += 1;
  const { platform, data } = await shared.started;
  project.provide('platform', data);
  const needsBrowser = project.name === 'e2e' || project.name === 'faults';
  project.provide('chromium', needsBrowser ? await ensureChromium(report) : '');
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete globals.vigilTestPlatform;
    await platform.close();
    rmSync(data.stateDir, { recursive: true, force: true });
  };
}

/**
 * Starts a separate platform, for a test that kills Kafka or fills a disk.
 * @param name the name of a folder in `.vigil/`. The name must begin with `test-<pid>`, so that a later run can remove
 * the folder of an aborted run
 */
export async function startTestPlatform(name: string): Promise<{ platform: Platform; data: TestPlatform }> {
  removeLeftovers();
  const startedAt = Date.now();
  const stateDir = join(stateRoot, name);
  const softwareDir = process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const [kafka = 0, kafkaController = 0, influx = 0, mqttPort = 0, httpPort = 0] = await freePorts(5);
  const ports = { kafka, kafkaController, influx };
  const platform = await startPlatform({ stateDir, softwareDir, ports, devices: testDevices, report });
  report(`Kafka and InfluxDB are ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  const data: TestPlatform = {
    stateDir,
    softwareDir,
    kafkaBrokers: platform.kafka.broker,
    influxUrl: platform.influx.url,
    mqttPort,
    httpPort,
    kafkaPid: platform.kafka.child.pid,
    kafkaPort: kafka,
    kafkaControllerPort: kafkaController,
    influxPid: platform.influx.child.pid,
  };
  return { platform, data };
}

/**
 * Removes the state folders of test runs whose process has ended. The brokers of such a run have ended with its process
 * (ops/platform/child.ts).
 */
export function removeLeftovers(): void {
  mkdirSync(stateRoot, { recursive: true });
  for (const name of readdirSync(stateRoot)) {
    const pid = /^test-(\d+)/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(stateRoot, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
