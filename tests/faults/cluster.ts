/**
 * Starts a Kafka cluster of three brokers and a controller that tests can kill, freeze and restart. Each broker is
 * behind a relay.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import '../../log/kafka/connect.ts';
import { type KafkaTopic, kafkaTopicNames } from '../../contracts/topics.ts';
import type { Child } from '../../ops/platform/child.ts';
import { threeCopies as replication } from '../../ops/platform/copies.ts';
import { newClusterId, startBroker } from '../../ops/platform/kafka.ts';
import type { ClusterMember } from '../../ops/platform/kafka-config.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import type { Software } from '../../ops/platform/software.ts';
import { ensureTopics, topicConfig } from '../../ops/platform/topics.ts';
import type { Network, Relay } from './network.ts';
import { freeze, kill, thaw } from './process.ts';

const brokerIds = [1, 2, 3] as const;
const controllerId = 9;

/**
 * Time after which the cluster gives up a broker that does not answer, or a replica that lags. The times are short, so
 * that a fault of a few seconds already moves partitions to other brokers. Kafka's defaults are 9 s and 30 s.
 */
const sessionMs = 5_000;
const lagMs = 5_000;
const graceMs = 5_000;

const brokerProperties = {
  'broker.session.timeout.ms': sessionMs,
  'broker.heartbeat.interval.ms': 500,
  'replica.lag.time.max.ms': lagMs,
  // The leadership soon moves back to the preferred broker, so that the tests cover this move too.
  'leader.imbalance.check.interval.seconds': 15,
  // At the end of a test all brokers stop at the same time, so no broker could take over the partitions of another
  // broker.
  'controlled.shutdown.enable': 'false',
  'num.network.threads': 2,
  'num.io.threads': 4,
  'background.threads': 4,
  'log.index.size.max.bytes': 1_048_576,
};

export type KafkaNode = {
  readonly nodeId: number;
  pid(): number;
  isUp(): boolean;
  /** Ends the process with SIGKILL. Throws if something else ended the process. */
  kill(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): void;
  /** Resolves when the process has ended. */
  exited(): Promise<unknown>;
  start(): Promise<void>;
  /** Standard output and standard error of all starts. */
  output(): string;
};

export type Broker = KafkaNode & {
  /** Relay between the gateway and this broker. The tools of the tests connect to the broker directly. */
  readonly relay: Relay;
};

export type PartitionState = { readonly leader: number; readonly inSync: readonly number[] };

export type Cluster = {
  readonly brokers: readonly Broker[];
  readonly controller: KafkaNode;
  /** List of `host:port` of the brokers, without the relays. */
  readonly directAddresses: string;
  /** List of `host:port` of the relays. */
  readonly relayAddresses: string;
  /** Returns the state of each partition of a topic, as a running broker reports it. */
  partitions(topic: KafkaTopic): Promise<PartitionState[]>;
  leaderOf(topic: KafkaTopic, partition: number): Promise<Broker>;
  /** Waits until all brokers are up and every replica of all topics is in sync. */
  untilAllInSync(): Promise<void>;
  close(): Promise<void>;
};

export async function startCluster(options: {
  readonly software: Software;
  readonly stateDir: string;
  readonly network: Network;
}): Promise<Cluster> {
  const { software, stateDir, network } = options;
  const [controllerPort = 0, ...ports] = await freePorts(1 + 2 * brokerIds.length);
  const clusterId = newClusterId();
  const voters = [`${controllerId}@127.0.0.1:${controllerPort}`];
  const common = { clusterId, voters, replication, properties: brokerProperties } as const;
  const nodes: Child[] = [];

  async function startNode(member: ClusterMember, port: number): Promise<KafkaNode> {
    const { nodeId } = member;
    let child: Child;
    let isUp = true;
    async function start(): Promise<void> {
      const started = await startBroker({ software, stateDir, port, controllerPort, shortLived: true, member });
      child = started;
      nodes.push(started);
      isUp = true;
      void started.exited.then(() => {
        nodes.splice(nodes.indexOf(started), 1);
        isUp = false;
      });
    }
    await start();
    return {
      nodeId,
      pid: () => child.pid,
      isUp: () => isUp,
      kill: () => kill(child),
      freeze: () => freeze(child.pid),
      thaw: () => thaw(child.pid),
      exited: () => child.exited,
      start,
      output: () => readFileSync(join(stateDir, 'logs', `kafka-${nodeId}.out.log`), 'utf8'),
    };
  }

  async function startBrokerWithRelay(nodeId: number, port: number, relayedPort: number): Promise<Broker> {
    const relay = await network.startRelay(`broker-${nodeId}`, relayedPort);
    const relayed = { port: relayedPort, advertisedPort: relay.port };
    return { ...(await startNode({ ...common, nodeId, role: 'broker', heapMb: 320, relayed }, port)), relay };
  }

  const close = async () => {
    await Promise.all(nodes.map((child) => child.stop(graceMs)));
  };
  try {
    const [controller, ...brokers] = await Promise.all([
      startNode({ ...common, nodeId: controllerId, role: 'controller', heapMb: 192 }, 0),
      ...brokerIds.map((id, i) => startBrokerWithRelay(id, ports[2 * i] ?? 0, ports[2 * i + 1] ?? 0)),
    ]);
    const direct = brokerIds.map((_, i) => `127.0.0.1:${ports[2 * i]}`);
    const certs = join(stateDir, 'certs');
    await ensureTopics(direct[0] ?? '', certs, replication);
    await useAppendTimes(direct, certs);
    return { brokers, controller, directAddresses: direct.join(), ...clusterView(direct, certs, brokers), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function clusterView(direct: readonly string[], certs: string, brokers: readonly Broker[]) {
  async function states(topics: readonly KafkaTopic[]): Promise<Map<string, PartitionState[]>> {
    const { topics: rows } = await asAdmin(direct, certs, (admin) => admin.fetchTopicMetadata({ topics: [...topics] }));
    return new Map(
      rows.map(({ name, partitions }) => [
        name,
        [...partitions]
          .sort((a, b) => a.partitionId - b.partitionId)
          .map(({ leader, isr }) => ({ leader, inSync: isr })),
      ]),
    );
  }
  const partitions = async (topic: KafkaTopic) => (await states([topic])).get(topic) ?? [];
  return {
    relayAddresses: brokers.map(({ relay }) => `127.0.0.1:${relay.port}`).join(),
    partitions,
    async leaderOf(topic: KafkaTopic, partition: number): Promise<Broker> {
      const { leader } = (await partitions(topic))[partition] ?? { leader: -1 };
      const broker = brokers.find(({ nodeId }) => nodeId === leader);
      if (broker === undefined) throw new Error(`partition ${topic}/${partition} has no leader`);
      return broker;
    },
    async untilAllInSync(): Promise<void> {
      for (const endMs = Date.now() + 180_000; ; await sleep(250)) {
        const allPartitions = [...(await states(kafkaTopicNames)).values()].flat();
        const incompleteCount = allPartitions.filter(
          ({ leader, inSync }) => leader < 0 || inSync.length < replication.factor,
        ).length;
        if (incompleteCount === 0 && brokers.every((broker) => broker.isUp())) return;
        if (Date.now() > endMs) throw new Error(`${incompleteCount} partitions still lack a replica`);
      }
    },
  };
}

/**
 * Makes the brokers stamp each record with the time of the append, to find acknowledgements that came before the
 * append.
 */
async function useAppendTimes(direct: readonly string[], certs: string): Promise<void> {
  const resources = (['observations', 'waveforms', 'rejected'] as const).map((name) => ({
    type: kafkajs.ConfigResourceTypes.TOPIC,
    name,
    configEntries: (topicConfig(name, replication).configEntries ?? []).map((entry) =>
      entry.name === 'message.timestamp.type' ? { ...entry, value: 'LogAppendTime' } : entry,
    ),
  }));
  await asAdmin(direct, certs, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
}

/** Repeats a request until a broker answers, because some brokers are down on purpose. */
async function asAdmin<T>(direct: readonly string[], certs: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const read = (file: string) => readFileSync(join(certs, file), 'utf8');
  const kafka = new kafkajs.Kafka({
    clientId: 'faults',
    brokers: [...direct],
    ssl: { ca: [read('ca.pem')], cert: read('admin.pem'), key: read('admin.key'), minVersion: 'TLSv1.3' },
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 5_000,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 },
  });
  for (const endMs = Date.now() + 120_000; ; await sleep(200)) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await ask(admin);
    } catch (error) {
      if (Date.now() > endMs) throw error;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
