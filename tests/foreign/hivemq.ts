import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureJars } from '../../ops/platform/maven.ts';
import { installPackages, onPath, type Report } from '../../ops/platform/programs.ts';
import { ensureJava } from '../../ops/platform/software.ts';
import type { ForeignClient, Reach } from './client.ts';
import { driveClient } from './driver.ts';

const version = '1.3.5';
const report: Report = (line) => process.stderr.write(`hivemq: ${line}\n`);

/** Its jars, and a Java that runs a source file, which only one with a compiler does. */
export async function ensureHiveMq(softwareDir: string): Promise<{ readonly java: string; readonly libs: string }> {
  if (onPath(['javac']) === undefined) await installPackages('A Java compiler', ['default-jdk-headless'], report);
  const java = await ensureJava(report);
  const name = `hivemq-mqtt-client-${version}`;
  const jar = `com.hivemq:hivemq-mqtt-client:${version}` as const;
  return { java, libs: await ensureJars(softwareDir, name, `the HiveMQ client ${version}`, [jar], report) };
}

/** The HiveMQ MQTT client, from Maven Central. */
export async function openHiveMq({ port, certsDir, softwareDir }: Reach): Promise<ForeignClient> {
  const { java, libs } = await ensureHiveMq(softwareDir);
  const classPath = readdirSync(libs).map((jar) => join(libs, jar));
  const source = join(import.meta.dirname, 'HiveMq.java');
  // It runs for seconds: no time for the optimizing compiler.
  const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx192m', '-cp', classPath.join(delimiter)];
  return driveClient({ command: java, args: [...flags, source, String(port), certsDir] });
}
