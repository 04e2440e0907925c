import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureJars } from '../../ops/platform/maven.ts';
import { installPackages, programOnPath, type Report } from '../../ops/platform/programs.ts';
import { ensureJava } from '../../ops/platform/software.ts';
import type { ForeignClient, GatewayAccess } from './client.ts';
import { driveClient } from './driver.ts';

const version = '1.3.5';
const report: Report = (line) => process.stderr.write(`hivemq: ${line}\n`);

/** Gets the jars of the HiveMQ client, and a Java with a compiler, because only such a Java can run a source file. */
export async function ensureHiveMq(softwareDir: string): Promise<{ readonly java: string; readonly libs: string }> {
  if (programOnPath(['javac']) === undefined)
    await installPackages('A Java compiler', ['default-jdk-headless'], report);
  const java = await ensureJava(report);
  const name = `hivemq-mqtt-client-${version}`;
  const jar = `com.hivemq:hivemq-mqtt-client:${version}` as const;
  return { java, libs: await ensureJars(softwareDir, name, `the HiveMQ client ${version}`, [jar], report) };
}

/** Opens the HiveMQ MQTT client, which comes from Maven Central. */
export async function openHiveMq({ port, certsDir, softwareDir }: GatewayAccess): Promise<ForeignClient> {
  const { java, libs } = await ensureHiveMq(softwareDir);
  const classPath = readdirSync(libs).map((jar) => join(libs, jar));
  const source = join(import.meta.dirname, 'HiveMq.java');
  // The program runs only for seconds, so the optimizing compiler would not pay off.
  const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx192m', '-cp', classPath.join(delimiter)];
  return driveClient({ command: java, args: [...flags, source, String(port), certsDir] });
}
