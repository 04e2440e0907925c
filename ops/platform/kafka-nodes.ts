/** The brokers that `npm start` runs: a single broker, or three. Each broker is also a controller. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDirectory, writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { copiesSetting, replicationOf } from './copies.ts';
import { newClusterId } from './kafka.ts';
import type { ClusterMember } from './kafka-config.ts';
import { freePortRow } from './ports.ts';

export type KafkaSettings = {
  /** A value of `copiesSetting`. */
  readonly kafkaCopies: string;
  /** Port of the first broker. The port of each further broker is two higher. */
  readonly kafkaPort: number;
  /** Port of the first controller. The port of each further controller is two higher. */
  readonly kafkaControllerPort: number;
};

export type KafkaNode = {
  /** Name of the broker in reports, of its folder and of its log file. */
  readonly name: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Absent if there is only one broker. */
  readonly nodeId?: number;
};

/**
 * Difference between the ports of two brokers. By default, the port of a node's controller is between the ports of two
 * brokers.
 */
const portStep = 2;
/** Heap of each of three brokers, MiB. A single broker has 512 MiB. */
const heapMb = 384;
/**
 * Time after which a killed broker is no longer the leader of its partitions (ours; Kafka's default is 9 s). With a
 * shorter time, a broker on a busy machine would count as dead.
 */
const sessionMs = 6_000;

const propertiesOfThree = {
  'broker.session.timeout.ms': sessionMs,
  'broker.heartbeat.interval.ms': 1_000,
  // With controlled shutdown, the last of three stopping brokers would wait minutes for a controller that has ended.
  // Without controlled shutdown, a stopping broker flushes its data too.
  'controlled.shutdown.enable': 'false',
};

export function kafkaNodes({ kafkaCopies, kafkaPort, kafkaControllerPort }: KafkaSettings): readonly KafkaNode[] {
  const { factor } = replicationOf(kafkaCopies);
  if (factor === 1) return [{ name: 'kafka', port: kafkaPort, controllerPort: kafkaControllerPort }];
  return Array.from({ length: factor }, (_, index) => ({
    name: `kafka-${index + 1}`,
    nodeId: index + 1,
    port: kafkaPort + portStep * index,
    controllerPort: kafkaControllerPort + portStep * index,
  }));
}

/** Returns free ports for the brokers of these settings. */
export async function freeKafkaPorts(kafkaCopies: string) {
  const kafkaPort = await freePortRow(portStep * replicationOf(kafkaCopies).factor);
  return { kafkaPort, kafkaControllerPort: kafkaPort + 1 };
}

/** Returns `host:port` of each broker, comma-separated. */
export function brokersOf(settings: KafkaSettings): string {
  return kafkaNodes(settings)
    .map(({ port }) => `127.0.0.1:${port}`)
    .join();
}

/**
 * Returns a node's settings as a member of its cluster; undefined for a single broker.
 * @param clusterId the result of `ensureClusterId`
 */
export function memberOf(settings: KafkaSettings, { nodeId }: KafkaNode, clusterId: string): ClusterMember | undefined {
  if (nodeId === undefined) return undefined;
  const voters = kafkaNodes(settings).map((node) => `${node.nodeId}@127.0.0.1:${node.controllerPort}`);
  const replication = replicationOf(settings.kafkaCopies);
  return { nodeId, role: 'broker,controller', clusterId, voters, replication, heapMb, properties: propertiesOfThree };
}

/** The id of the cluster of three brokers. Each broker has its data in its own folder `kafka-<n>/data`. */
const idFile = (stateDir: string) => join(stateDir, 'kafka', 'three-brokers.id');
/** This file exists if all three brokers have had data. */
const allHadDataFile = (stateDir: string) => join(stateDir, 'kafka', 'three-brokers.begun');
const hasData = (stateDir: string, name: string) => existsSync(join(stateDir, name, 'data', 'meta.properties'));

/**
 * Checks that the data in the state folder were written by this number of brokers.
 * @throws VigilError `settings-invalid` if the data are from another number of brokers; `start-failed` if at least two
 * of three brokers lost their data. Two such brokers would be the majority, and the third broker would delete its data
 */
export function requireDataOfTheseBrokers(stateDir: string, settings: KafkaSettings): void {
  const nodes = kafkaNodes(settings);
  const { env } = copiesSetting;
  if (nodes.length === 1) {
    if (existsSync(idFile(stateDir)))
      throw new VigilError(
        'settings-invalid',
        `The data in ${stateDir} belong to three brokers, but ${env} is 1: set ${env}=3. A single broker cannot use the data of three brokers.`,
      );
    return;
  }
  if (hasData(stateDir, 'kafka'))
    throw new VigilError(
      'settings-invalid',
      `The data in ${stateDir}/kafka belong to a single broker, but ${env} is ${settings.kafkaCopies}: leave ${env} out, or set another VIGIL_STATE_DIR for three brokers (docs/operator.md, "Three brokers").`,
    );
  const missingFolders = nodes
    .filter(({ name }) => !hasData(stateDir, name))
    .map(({ name }) => join(stateDir, name, 'data'));
  if (existsSync(allHadDataFile(stateDir)) && missingFolders.length > 1)
    throw new VigilError(
      'start-failed',
      `The data of ${missingFolders.length} of ${nodes.length} brokers are missing (${missingFolders.join(', ')}): restore these folders. Without them the other broker would delete its data.`,
    );
}

/** Returns the id of the cluster of three brokers, and creates it if it is missing; empty for a single broker. */
export function ensureClusterId(stateDir: string, settings: KafkaSettings): string {
  if (kafkaNodes(settings).length === 1) return '';
  const file = idFile(stateDir);
  ensurePrivateDirectory(dirname(file));
  if (!existsSync(file)) writeAtomic(file, `${newClusterId()}\n`, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/**
 * Records that all three brokers have had data. From then on, `requireDataOfTheseBrokers` refuses a start if two
 * brokers lost their data.
 */
export function recordThatAllBrokersHaveData(stateDir: string): void {
  if (existsSync(idFile(stateDir)) && !existsSync(allHadDataFile(stateDir)))
    writeAtomic(allHadDataFile(stateDir), '', 0o600);
}
