/** Finds or downloads the parts that are not npm packages: Java, the Kafka broker, InfluxDB, a browser for the tests. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectory } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { makeAside } from './aside.ts';
import { ensureJars } from './maven.ts';
import { installPackages, onPath, type Report, unpackPackage } from './programs.ts';
import { run } from './run.ts';

export const kafkaVersion = '4.3.1';
const log4jVersion = '2.25.4';
const javaVersionMin = 17;

export type Software = {
  /** The `java` program, version 17 or later. */
  readonly java: string;
  /** Folder with the broker's jars. */
  readonly kafkaLibs: string;
  /** The `influxd` program, version 1.x. */
  readonly influxd: string;
};

/** `<repo>/.vigil/software`, shared by every state folder. */
export const defaultSoftwareDir = join(import.meta.dirname, '..', '..', '.vigil', 'software');

/**
 * Finds everything that Vigil runs on and gets the missing parts. Two runs at the same time are safe: each part is made aside and renamed
 * into place.
 * @throws VigilError `missing-program` with one sentence: what is missing and how to install it
 */
export async function ensureSoftware(directory: string, report: Report): Promise<Software> {
  privateDirectory(directory);
  const java = await ensureJava(report);
  return { java, kafkaLibs: await ensureKafka(directory, report), influxd: await ensureInfluxd(directory, report) };
}

export async function ensureJava(report: Report): Promise<string> {
  const packages = ['default-jre-headless'];
  const home = process.env.JAVA_HOME;
  const find = () => {
    const fromHome = home === undefined ? undefined : join(home, 'bin', 'java');
    return fromHome !== undefined && existsSync(fromHome) ? fromHome : onPath(['java']);
  };
  if (find() === undefined) await installPackages('Java 17', packages, report);
  const java = find();
  const version = java === undefined ? undefined : await javaVersion(java);
  if (java === undefined || version === undefined || version < javaVersionMin) {
    const found = version === undefined ? 'none runs' : `found version ${version}`;
    throw new VigilError(
      'missing-program',
      `Java ${javaVersionMin} or later is needed (${found}): install it (on Debian: apt-get install ${packages.join(' ')}) or set JAVA_HOME.`,
    );
  }
  return java;
}

async function javaVersion(java: string): Promise<number | undefined> {
  const { code, output } = await run(java, ['-version']);
  const major = /version "(?:1\.)?(\d+)/.exec(output)?.[1];
  return code === 0 && major !== undefined ? Number(major) : undefined;
}

async function ensureKafka(directory: string, report: Report): Promise<string> {
  return ensureJars(
    directory,
    `kafka-${kafkaVersion}`,
    `Kafka ${kafkaVersion}`,
    [`org.apache.kafka:kafka_2.13:${kafkaVersion}`, `org.apache.logging.log4j:log4j-slf4j-impl:${log4jVersion}`],
    report,
  );
}

/**
 * Gets Kafka's own command line programs, for the benchmarks and tests. Returns the folder of their jars, including the broker's client.
 */
export async function ensureKafkaTools(directory: string, report: Report): Promise<string> {
  return ensureJars(
    directory,
    `kafka-tools-${kafkaVersion}`,
    `Kafka's tools ${kafkaVersion}`,
    [`org.apache.kafka:kafka-tools:${kafkaVersion}`, `org.apache.logging.log4j:log4j-slf4j-impl:${log4jVersion}`],
    report,
  );
}

/** Unpacked, not installed: the Debian package would start its own service. */
async function ensureInfluxd(directory: string, report: Report): Promise<string> {
  const home = join(directory, 'influxdb-1');
  const unpacked = join(home, 'usr', 'bin', 'influxd');
  if (existsSync(unpacked)) return unpacked;
  const installed = onPath(['influxd']);
  if (installed !== undefined && (await isInfluxd1(installed))) return installed;
  report('fetching InfluxDB by apt-get');
  await makeAside(directory, home, (aside) => unpackPackage('InfluxDB 1.x', 'influxdb', aside));
  if (!(await isInfluxd1(unpacked))) {
    throw new VigilError(
      'missing-program',
      'InfluxDB 1.x is needed, and the package "influxdb" of this system holds another.',
    );
  }
  return unpacked;
}

async function isInfluxd1(influxd: string): Promise<boolean> {
  const { code, output } = await run(influxd, ['version']);
  return code === 0 && /InfluxDB v?1\./.test(output);
}

/**
 * Gets a browser for the end-to-end tests.
 * @throws VigilError `missing-program`
 */
export async function ensureChromium(report: Report): Promise<string> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  if (onPath(names) === undefined) await installPackages('Chromium', ['chromium'], report);
  const found = onPath(names);
  if (found === undefined)
    throw new VigilError('missing-program', 'Chromium is missing: install it for the browser tests.');
  return found;
}

/**
 * Gets a library that shifts the clock of a process, for the tests of a clock that is set.
 * @throws VigilError `missing-program`
 */
export async function ensureFaketime(report: Report): Promise<string> {
  const find = () => {
    const machines = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.includes('-linux-')) : [];
    const files = machines.map((machine) => join('/usr/lib', machine, 'faketime', 'libfaketimeMT.so.1'));
    return files.find((file) => existsSync(file));
  };
  if (find() === undefined) await installPackages('libfaketime', ['libfaketime'], report);
  const found = find();
  if (found === undefined)
    throw new VigilError('missing-program', 'libfaketime is missing: install it for the tests of a clock that is set.');
  return found;
}
