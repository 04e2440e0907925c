/** Gets the parts that are no npm packages: Java, the Kafka broker, InfluxDB, a browser for the tests. */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectory } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
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
 * Finds everything that Vigil runs on and gets what is missing. Safe to run twice at once: each part is made aside and renamed
 * into place.
 * @throws VigilError `missing-program` with one sentence that says what is missing and how to install it
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

/** The broker's jars by Maven, which checks what it fetches. */
async function ensureKafka(directory: string, report: Report): Promise<string> {
  const home = join(directory, `kafka-${kafkaVersion}`);
  const libs = join(home, 'libs');
  if (existsSync(join(libs, `kafka_2.13-${kafkaVersion}.jar`))) return libs;
  if (onPath(['mvn']) === undefined) await installPackages('Maven', ['maven'], report);
  report(`fetching Kafka ${kafkaVersion} by Maven`);
  await makeAside(directory, home, async (aside) => {
    writeFileSync(join(aside, 'pom.xml'), pom());
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';
    const flags = [
      '-q',
      '-B',
      '-C',
      '-Dstyle.color=never',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(aside, 'libs')}`,
    ];
    const result = await run('mvn', ['-f', join(aside, 'pom.xml'), ...flags, goal]);
    if (result.code !== 0) {
      const reason = result.output.split('\n').find((line) => line.includes('ERROR')) ?? result.output.trim();
      throw new VigilError('missing-program', `Maven could not fetch Kafka ${kafkaVersion}: ${reason.slice(0, 300)}`);
    }
  });
  return libs;
}

function pom(): string {
  const dependency = (group: string, artifact: string, version: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vigil</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', kafkaVersion)}
    ${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', log4jVersion)}
  </dependencies>
</project>
`;
}

/** Unpacked, not installed: the Debian package would start a service of its own. */
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
 * A browser for the end-to-end tests.
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

/** Makes a folder under another name and renames it into place; what another process made meanwhile stays. */
async function makeAside(directory: string, home: string, make: (aside: string) => Promise<void>): Promise<void> {
  const aside = mkdtempSync(join(directory, 'making-'));
  try {
    await make(aside);
    if (existsSync(home) && readdirSync(home).length > 0) return;
    renameSync(aside, home);
  } catch (error) {
    if (!isNotEmpty(error)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function isNotEmpty(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
