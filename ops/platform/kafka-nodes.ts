/** The brokers that `npm start` runs: one that is its own controller, or three that are each broker and controller. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { privateDirectory, writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { copiesSetting, replicationOf } from './copies.ts';
import { newClusterId } from './kafka.ts';
import type { ClusterMember } from './kafka-config.ts';
import { freePortRow } from './ports.ts';

export type KafkaSettings = {
  /** Of `copiesSetting`. */
  readonly kafkaCopies: string;
  /** Port of the first broker; each further one has the port that is two higher. */
  readonly kafkaPort: number;
  /** Likewise. */
  readonly kafkaControllerPort: number;
};

export type KafkaNode = {
  /** Name of its folder, of its log, and in reports. */
  readonly name: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Absent if there is only one broker. */
  readonly nodeId?: number;
};

/** Step from one node's ports to the next: client and controller ports are adjacent by default. */
const portStep = 2;
/** Heap of each of three brokers; a single broker has 512. */
const heapMb = 384;
/**
 * A killed broker stops being leader after this time; Kafka's own default is 9 s. With a shorter time, a broker that only waits for a busy
 * machine would count as dead. (Ours.)
 */
const sessionMs = 6_000;

const ofThree = {
  'broker.session.timeout.ms': sessionMs,
  'broker.heartbeat.interval.ms': 1_000,
  // When all stop together, the last one would wait minutes for a controller that is gone. Its data are flushed anyway.
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

/** Returns a node's membership in its cluster. @param clusterId from `readyNodes` */
export function memberOf(settings: KafkaSettings, { nodeId }: KafkaNode, clusterId: string): ClusterMember | undefined {
  if (nodeId === undefined) return undefined;
  const voters = kafkaNodes(settings).map((node) => `${node.nodeId}@127.0.0.1:${node.controllerPort}`);
  const replication = replicationOf(settings.kafkaCopies);
  return { nodeId, role: 'broker,controller', clusterId, voters, replication, heapMb, properties: ofThree };
}

/** `kafka/` has the files of the cluster. Each of three brokers has its data in its own folder beside it. */
const idFile = (stateDir: string) => join(stateDir, 'kafka', 'three-brokers.id');
const begunFile = (stateDir: string) => join(stateDir, 'kafka', 'three-brokers.begun');
const hasData = (stateDir: string, name: string) => existsSync(join(stateDir, name, 'data', 'meta.properties'));

/**
 * Makes sure that the brokers of these settings match the data in the folder.
 * @returns the id of the cluster, which a fresh one gets here
 * @throws VigilError `settings-invalid` if the data are from another number of brokers; `start-failed` if two of three brokers lost their
 * data: they would be the majority, and the third would delete its data
 */
export function readyNodes(stateDir: string, settings: KafkaSettings): string {
  const nodes = kafkaNodes(settings);
  const { env } = copiesSetting;
  if (nodes.length === 1) {
    if (existsSync(idFile(stateDir)))
      throw new VigilError(
        'settings-invalid',
        `The data in ${stateDir} are of three brokers, and ${env} is 1: set ${env}=3. What three brokers hold cannot be given to one.`,
      );
    return '';
  }
  if (hasData(stateDir, 'kafka'))
    throw new VigilError(
      'settings-invalid',
      `The data in ${stateDir}/kafka are of one broker, and ${env} is ${settings.kafkaCopies}: leave ${env} out, or take another VIGIL_STATE_DIR for three brokers (docs/operator.md, "Three brokers").`,
    );
  const lost = nodes.filter(({ name }) => !hasData(stateDir, name)).map(({ name }) => join(stateDir, name, 'data'));
  if (existsSync(begunFile(stateDir)) && lost.length > 1)
    throw new VigilError(
      'start-failed',
      `The data of ${lost.length} of ${nodes.length} brokers are gone (${lost.join(', ')}): restore them. Without them the others would forget what they hold.`,
    );
  const file = idFile(stateDir);
  privateDirectory(dirname(file));
  if (!existsSync(file)) writeAtomic(file, `${newClusterId()}\n`, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** From now on the brokers have data: if two lose theirs, `readyNodes` must notice. */
export function markBegun(stateDir: string): void {
  if (existsSync(idFile(stateDir)) && !existsSync(begunFile(stateDir))) writeAtomic(begunFile(stateDir), '', 0o600);
}
