/** Formats and starts one real Kafka broker; its data stay in the state folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectory, writeAtomic } from '../../certs/files.ts';
import { readPrincipals } from '../../certs/services.ts';
import { VigilError } from '../../contracts/errors.ts';
import { type Child, startChild } from './child.ts';
import { classArchive } from './class-archive.ts';
import { brokerProperties, type ClusterMember, log4jProperties } from './kafka-config.ts';
import { run } from './run.ts';
import type { Software } from './software.ts';
import { ensureTopics } from './topics.ts';

export type KafkaOptions = {
  readonly software: Pick<Software, 'java' | 'kafkaLibs'>;
  /** Contains `certs/`; gets `kafka/` and `logs/`. */
  readonly stateDir: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Aborts a start in progress. */
  readonly signal?: AbortSignal;
  /** For tests and checks: compiles fast, not well. Measured: ready after 3.7 s of processor time instead of 6.5 s. */
  readonly shortLived?: boolean;
  /** One node of several; its data go to `kafka-<nodeId>/`. A controller has no `port`, a broker no `controllerPort`. */
  readonly member?: ClusterMember;
};

export type Kafka = {
  readonly child: Child;
  /** `host:port` for clients. */
  readonly broker: string;
  /** Ends the broker cleanly; a second call is harmless. */
  close(): Promise<void>;
};

const readyTimeoutMs = 120_000;
/** Time for the broker to flush and hand over before it ends. */
const graceMs = 30_000;

/**
 * Formats the storage if necessary, starts the broker, waits until an administrator can use it, and creates the missing topics and access
 * control lists.
 * @throws VigilError `start-failed` with the broker's last line
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const child = await startBroker(options);
  const kafka: Kafka = {
    child,
    broker: `127.0.0.1:${options.port}`,
    close: () => child.stop(graceMs),
  };
  try {
    await Promise.race([ensureTopics(kafka.broker, join(options.stateDir, 'certs')), failWhenGone(child)]);
    return kafka;
  } catch (error) {
    await kafka.close();
    throw error;
  }
}

/** Starts the broker only, without topics: a test uses it to restart a broker that it killed. */
export async function startBroker(options: KafkaOptions): Promise<Child> {
  const { member } = options;
  const name = member === undefined ? 'kafka' : `kafka-${member.nodeId}`;
  const home = join(options.stateDir, name);
  const files = writeConfiguration(options, home, name);
  const archive = classArchive(join(options.software.kafkaLibs, '..'), options.software.java);
  const heapMb = member?.heapMb ?? 512;
  const java = [
    `-Xmx${heapMb}m`,
    `-Xms${Math.min(heapMb, 128)}m`,
    '-XX:+UseSerialGC',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
  ];
  const classes = ['-cp', join(options.software.kafkaLibs, '*')];
  const logging = `-Dlog4j2.configurationFile=${files.log4j}`;
  if (!existsSync(join(files.dataDir, 'meta.properties'))) {
    await format(options, files.properties, member?.clusterId ?? clusterId(home));
  }
  const child = startChild({
    name,
    command: options.software.java,
    args: [
      ...java,
      ...(options.shortLived ? ['-XX:TieredStopAtLevel=1'] : []),
      ...archive.flags,
      logging,
      ...classes,
      'kafka.Kafka',
      files.properties,
    ],
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
    cwd: home,
    signal: options.signal,
    logFile: join(options.stateDir, 'logs', `${name}.out.log`),
    isReady: (line) => line.includes('Kafka Server started'),
    readyTimeoutMs,
  });
  void child.exited.then(archive.keep).catch(() => undefined);
  try {
    await child.ready;
    return child;
  } catch (error) {
    await child.stop(0);
    throw error;
  }
}

function writeConfiguration(options: KafkaOptions, home: string, name: string) {
  const certs = join(options.stateDir, 'certs');
  const dataDir = join(home, 'data');
  privateDirectory(home);
  privateDirectory(dataDir);
  privateDirectory(join(options.stateDir, 'logs'));
  const keystoreFile = join(home, 'broker-keystore.pem');
  const pem = `${readFileSync(join(certs, 'kafka.key'), 'utf8')}${readFileSync(join(certs, 'kafka.pem'), 'utf8')}`;
  writeAtomic(keystoreFile, pem, 0o600);
  const properties = join(home, 'server.properties');
  const { port, controllerPort, member } = options;
  const superUsers = ['kafka', 'admin'].map(readPrincipals(certs));
  const config = { port, controllerPort, dataDir, keystoreFile, caFile: join(certs, 'ca.pem'), superUsers, member };
  writeAtomic(properties, brokerProperties(config), 0o600);
  const log4j = join(home, 'log4j2.properties');
  writeAtomic(log4j, log4jProperties(join(options.stateDir, 'logs', `${name}.log`)), 0o600);
  return { dataDir, properties, log4j };
}

/** Returns Kafka's own form of a UUID: 16 bytes, base64url; it must not start with a hyphen. */
export function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('base64url');
}

function clusterId(home: string): string {
  const file = join(home, 'cluster.id');
  if (!existsSync(file)) writeAtomic(file, `${newClusterId()}\n`, 0o600);
  return readFileSync(file, 'utf8').trim();
}

async function format(options: KafkaOptions, properties: string, id: string): Promise<void> {
  const arguments_ = ['-cp', join(options.software.kafkaLibs, '*'), 'kafka.tools.StorageTool'];
  const fast = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const result = await run(options.software.java, [
    ...fast,
    ...arguments_,
    'format',
    '--ignore-formatted',
    '-t',
    id,
    '-c',
    properties,
  ]);
  if (result.code === 0) return;
  const reason = result.output.trim().split('\n').at(-1) ?? '';
  if (/No space left/i.test(result.output))
    throw new VigilError('no-space', `No space is left for Kafka's data in ${options.stateDir}.`);
  throw new VigilError('start-failed', `Kafka's storage cannot be formatted: ${reason.slice(0, 300)}`);
}

async function failWhenGone(child: Child): Promise<never> {
  const { code, signal } = await child.exited;
  throw new VigilError(
    'start-failed',
    `Kafka ended while its topics were made (${signal ?? `exit code ${code}`}): ${child.lastWords()}`,
  );
}
