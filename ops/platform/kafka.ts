/** Starts a Kafka broker. Its data stay in the state folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDirectory, writeAtomic } from '../../certs/files.ts';
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
  /** The folder with `certs/`. The broker writes into its folders `kafka/` and `logs/`. */
  readonly stateDir: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Aborts a start in progress. */
  readonly signal?: AbortSignal;
  /**
   * If true, the start is faster and the broker slower, for tests. Measured: 3.2 s of processor time for the start
   * instead of 6.5 s.
   */
  readonly shortLived?: boolean;
  /**
   * Settings of one of several nodes. The data of the node are in `kafka-<nodeId>/`. A controller ignores `port`; a
   * broker that is not a controller ignores `controllerPort`.
   */
  readonly member?: ClusterMember;
};

export type Kafka = {
  readonly child: Child;
  /** Address for clients, `host:port`. */
  readonly broker: string;
  /** Ends the broker cleanly. A second call has no effect. */
  close(): Promise<void>;
};

/**
 * Arguments of a broker that runs for minutes only: it uses only the first compiler of Java, and does not stretch the
 * password of its key store. Kafka copies the private key from its PEM file into a key store in memory and encrypts it
 * there with 10,000 rounds of a hash. This encryption protects nothing, because the file is not encrypted. At each
 * start it took 0.5 s of processor time.
 */
const shortLivedFlags = ['-XX:TieredStopAtLevel=1', '-Dkeystore.pkcs12.keyPbeIterationCount=1'];
const readyTimeoutMs = 120_000;
/** How long the broker may take to flush its data and to end. */
const graceMs = 30_000;

/**
 * Starts a broker, waits until an administrator can connect, and creates the missing topics and access control lists.
 * @throws VigilError `start-failed` with the last line that the broker printed
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const child = await startBroker(options);
  const kafka: Kafka = {
    child,
    broker: `127.0.0.1:${options.port}`,
    close: () => child.stop(graceMs),
  };
  try {
    await Promise.race([ensureTopics(kafka.broker, join(options.stateDir, 'certs')), failWhenEnded(child)]);
    return kafka;
  } catch (error) {
    await kafka.close();
    throw error;
  }
}

/** Starts a broker and creates no topics. Formats its storage if the storage is new. */
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
    const id = member?.clusterId ?? ensureClusterId(home);
    await formatStorage(options, files.properties, id, archive.flagsToUse);
  }
  const child = startChild({
    name,
    command: options.software.java,
    args: [
      ...java,
      ...(options.shortLived ? shortLivedFlags : []),
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
  void child.exited.then(archive.nameNewArchive).catch(() => undefined);
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
  ensurePrivateDirectory(home);
  ensurePrivateDirectory(dataDir);
  ensurePrivateDirectory(join(options.stateDir, 'logs'));
  const keystoreFile = join(home, 'broker-keystore.pem');
  const pem = `${readFileSync(join(certs, 'kafka.key'), 'utf8')}${readFileSync(join(certs, 'kafka.pem'), 'utf8')}`;
  writeAtomic(keystoreFile, pem, 0o600);
  const properties = join(home, 'server.properties');
  const { port, controllerPort, shortLived, member } = options;
  const superUsers = ['kafka', 'admin'].map(readPrincipals(certs));
  const caFile = join(certs, 'ca.pem');
  const config = { port, controllerPort, dataDir, keystoreFile, caFile, superUsers, shortLived, member };
  writeAtomic(properties, brokerProperties(config), 0o600);
  const log4j = join(home, 'log4j2.properties');
  writeAtomic(log4j, log4jProperties(join(options.stateDir, 'logs', `${name}.log`)), 0o600);
  return { dataDir, properties, log4j };
}

/**
 * Returns a random id of a cluster in the form that Kafka demands: 16 bytes in base64url, without a hyphen at the
 * start.
 */
export function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('base64url');
}

/** Returns the cluster id of a single broker, and creates it if it is missing. */
function ensureClusterId(home: string): string {
  const file = join(home, 'cluster.id');
  if (!existsSync(file)) writeAtomic(file, `${newClusterId()}\n`, 0o600);
  return readFileSync(file, 'utf8').trim();
}

async function formatStorage(
  options: KafkaOptions,
  properties: string,
  id: string,
  archiveFlags: readonly string[],
): Promise<void> {
  const arguments_ = ['-cp', join(options.software.kafkaLibs, '*'), 'kafka.tools.StorageTool'];
  const fast = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...archiveFlags];
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
    throw new VigilError(
      'no-space',
      `The disk has no space left for Kafka's data in ${options.stateDir}: delete files first.`,
    );
  throw new VigilError('start-failed', `Kafka's storage cannot be formatted: ${reason.slice(0, 300)}`);
}

async function failWhenEnded(child: Child): Promise<never> {
  const { code, signal } = await child.exited;
  throw new VigilError(
    'start-failed',
    `Kafka ended while its topics were created (${signal ?? `exit code ${code}`}): ${child.lastLine()}`,
  );
}
