/** Finds or downloads the software that is not in npm packages: Java, Kafka, InfluxDB, and a browser for the tests. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDirectory } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { makeFolderAtomically } from './atomic-folder.ts';
import { ensureJars } from './maven.ts';
import { canInstall, installPackages, programOnPath, type Report, unpackPackage } from './programs.ts';
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

/** `<repo>/.vigil/software`. All state folders use this folder. */
export const defaultSoftwareDir = join(import.meta.dirname, '..', '..', '.vigil', 'software');

/**
 * Finds Java, Kafka and InfluxDB, and downloads them if they are missing. Two processes may do this at the same time,
 * because `makeFolderAtomically` creates each folder.
 * @throws VigilError `missing-program` with one sentence that says what is missing and how to install it
 */
export async function ensureSoftware(directory: string, report: Report): Promise<Software> {
  ensurePrivateDirectory(directory);
  const java = await ensureJava(report);
  return { java, kafkaLibs: await ensureKafka(directory, report), influxd: await ensureInfluxd(directory, report) };
}

export async function ensureJava(report: Report): Promise<string> {
  const packages = ['default-jre-headless'];
  const home = process.env.JAVA_HOME;
  const find = () => {
    const fromHome = home === undefined ? undefined : join(home, 'bin', 'java');
    return fromHome !== undefined && existsSync(fromHome) ? fromHome : programOnPath(['java']);
  };
  if (find() === undefined) await installPackages('Java 17', packages, report);
  const java = find();
  const version = java === undefined ? undefined : await javaVersion(java);
  if (java === undefined || version === undefined || version < javaVersionMin) {
    const foundText = version === undefined ? 'no Java runs here' : `found version ${version}`;
    throw new VigilError(
      'missing-program',
      `Java ${javaVersionMin} or later is needed (${foundText}): install it (on Debian: apt-get install ${packages.join(' ')}) or set JAVA_HOME.`,
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

/** Downloads Kafka's own command line programs, for benchmarks and tests. Returns the folder of their jars. */
export async function ensureKafkaTools(directory: string, report: Report): Promise<string> {
  return ensureJars(
    directory,
    `kafka-tools-${kafkaVersion}`,
    `Kafka's tools ${kafkaVersion}`,
    [`org.apache.kafka:kafka-tools:${kafkaVersion}`, `org.apache.logging.log4j:log4j-slf4j-impl:${log4jVersion}`],
    report,
  );
}

/**
 * Unpacks InfluxDB's Debian package. Does not install the package, because the installation would start a service.
 * Returns the path of `influxd`.
 */
async function ensureInfluxd(directory: string, report: Report): Promise<string> {
  const home = join(directory, 'influxdb-1');
  const unpacked = join(home, 'usr', 'bin', 'influxd');
  if (existsSync(unpacked)) return unpacked;
  const installed = programOnPath(['influxd']);
  if (installed !== undefined && (await isInfluxd1(installed))) return installed;
  report('downloading InfluxDB with apt-get');
  await makeFolderAtomically(directory, home, (temporaryFolder) =>
    unpackPackage('InfluxDB 1.x', 'influxdb', temporaryFolder),
  );
  if (!(await isInfluxd1(unpacked))) {
    throw new VigilError(
      'missing-program',
      'InfluxDB 1.x is needed, but the package "influxdb" of this system has another version: install InfluxDB 1.x, or use `docker compose up`.',
    );
  }
  return unpacked;
}

async function isInfluxd1(influxd: string): Promise<boolean> {
  const { code, output } = await run(influxd, ['version']);
  return code === 0 && /InfluxDB v?1\./.test(output);
}

/**
 * Finds or installs a browser for the tests. Returns its path.
 * @throws VigilError `missing-program`
 */
export async function ensureChromium(report: Report): Promise<string> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  if (programOnPath(names) === undefined) await installPackages('Chromium', ['chromium'], report);
  const browser = programOnPath(names);
  if (browser === undefined)
    throw new VigilError('missing-program', 'Chromium is missing: install it for the browser tests.');
  return browser;
}

const headlessShell = 'chromium-headless-shell';

/** Returns the path of Chromium without windows; undefined if this machine does not have it. */
export const findHeadlessShell = () => programOnPath([headlessShell]);

/**
 * Installs Chromium without windows, if this system has a package with it. This program has the engine of Chromium, but
 * no windows, menus or address bar. Without this program, the screen tests use Chromium and take longer.
 */
export async function ensureHeadlessShell(report: Report): Promise<void> {
  if (findHeadlessShell() !== undefined || !canInstall()) return;
  try {
    await installPackages('Chromium without windows', [headlessShell], report);
  } catch (error) {
    if (!(error instanceof VigilError)) throw error;
    report(`${headlessShell} cannot be installed, so the screen tests take longer`);
  }
}

/**
 * Finds or installs libfaketime, a library for tests that changes the time that a process sees. Returns the path of the
 * library.
 * @throws VigilError `missing-program`
 */
export async function ensureFaketime(report: Report): Promise<string> {
  const find = () => {
    const machines = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.includes('-linux-')) : [];
    const files = machines.map((machine) => join('/usr/lib', machine, 'faketime', 'libfaketimeMT.so.1'));
    return files.find((file) => existsSync(file));
  };
  if (find() === undefined) await installPackages('libfaketime', ['libfaketime'], report);
  const library = find();
  if (library === undefined)
    throw new VigilError(
      'missing-program',
      'libfaketime is missing: install it for the tests in which the clock jumps.',
    );
  return library;
}

/**
 * Finds or installs Xvfb, a screen in memory for tests that need a real window. Returns its path.
 * @throws VigilError `missing-program`
 */
export async function ensureXvfb(report: Report): Promise<string> {
  if (programOnPath(['Xvfb']) === undefined) await installPackages('Xvfb', ['xvfb'], report);
  const xvfb = programOnPath(['Xvfb']);
  if (xvfb === undefined)
    throw new VigilError('missing-program', 'Xvfb is missing: install it for the test of a hidden tab.');
  return xvfb;
}
