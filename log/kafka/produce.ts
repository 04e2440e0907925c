/**
 * Sends produce requests with batches of several partitions to a broker, and finds the leader of each partition. Uses
 * the connections and the metadata of kafkajs, but not its producer. That producer sends one request for each batch: at
 * 5,000 readings per second, these requests took most of a CPU core.
 */
import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import {
  decodeProduceAnswer,
  encodeProduce,
  type PartitionAnswer,
  type PartitionBatch,
  produceApi,
} from './record-batch.ts';

export type ProduceClient = {
  /** Returns the broker that leads a partition, from the last `refresh`; undefined if the partition has no leader. */
  leaderOf(topic: string, partition: number): number | undefined;
  /**
   * Asks the cluster for the leaders of all partitions. Concurrent calls share one request.
   * @throws Error of kafkajs
   */
  refresh(topics: readonly string[]): Promise<void>;
  /**
   * Sends one request and resolves with the answer for each partition.
   * @param batches the batches, sorted by topic
   * @throws Error of kafkajs if there was no answer: the records may or may not be in the log
   */
  produce(node: number, batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]>;
  close(): Promise<void>;
};

/** Internal functions of kafkajs 2.2.4 (package.json pins this version). */
type Connection = {
  readonly clientId: string;
  readonly socket: { write(bytes: Buffer): unknown; destroy(error: Error): unknown };
  isConnected(): boolean;
  nextCorrelationId(): number;
  readonly requestQueue: {
    push(request: {
      entry: object;
      expectResponse: true;
      requestTimeout: number | null;
      sendRequest: () => unknown;
    }): void;
    maybeThrottle(ms: number): void;
  };
};
type Broker = { readonly connectionPool: { getConnection(): Promise<Connection> }; disconnect(): Promise<void> };
type Coordinator = { leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown> };
type Cluster = {
  readonly brokerPool: {
    readonly metadata: {
      topicMetadata: { topic: string; partitionMetadata: { partitionId: number; leader: number }[] }[];
    } | null;
  };
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findBroker(broker: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>;
};

/** How long a broker waits for its replicas before it answers that they are not in sync. */
const replicaWaitMsMax = 10_000;

export function createProduceClient(kafka: Kafka): ProduceClient {
  const cluster = clusterOf(kafka);
  let leaders = new Map<string, ReadonlyMap<number, number>>();
  let refreshing: Promise<void> | undefined;

  async function findLeaders(topics: readonly string[]): Promise<void> {
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.addMultipleTargetTopics(topics);
    await cluster.refreshMetadata();
    leaders = new Map(
      (cluster.brokerPool.metadata?.topicMetadata ?? []).map(({ topic, partitionMetadata }) => [
        topic,
        // -1 means no leader.
        new Map(partitionMetadata.filter(({ leader }) => leader >= 0).map((row) => [row.partitionId, row.leader])),
      ]),
    );
  }

  return {
    leaderOf: (topic, partition) => leaders.get(topic)?.get(partition),
    refresh(topics) {
      refreshing ??= findLeaders(topics).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    async produce(node, batches) {
      const broker = await cluster.findBroker({ nodeId: String(node) });
      const connection = await broker.connectionPool.getConnection();
      try {
        const answer = decodeProduceAnswer(await send(connection, batches));
        connection.requestQueue.maybeThrottle(answer.throttleMs);
        return answer.answers;
      } catch (error) {
        // Without `disconnect`, the broken connection would be used again. The producer of kafkajs also calls
        // `disconnect`.
        if ((error as Error).name === 'KafkaJSConnectionClosedError') await broker.disconnect();
        // The connection to a frozen broker stays open. If this code kept the connection, kafkajs would ask only that
        // broker for the leaders.
        if ((error as Error).name === 'KafkaJSRequestTimeoutError') connection.socket.destroy(error as Error);
        throw error;
      }
    },
    close: () => cluster.disconnect(),
  };
}

async function send(connection: Connection, batches: readonly PartitionBatch[]): Promise<Buffer> {
  const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    if (!connection.isConnected()) throw new Error('The connection to the broker is closed.');
    const correlationId = connection.nextCorrelationId();
    const bytes = encodeProduce(batches, correlationId, connection.clientId, replicaWaitMsMax);
    connection.requestQueue.push({
      entry: { ...produceApi, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => connection.socket.write(bytes),
    });
  });
  return payload;
}

/** Returns a cluster client of kafkajs. The function that creates a cluster client is private: its name is a symbol. */
export function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol as symbol];
  if (create === undefined) throw new Error('This is not kafkajs 2.2.4.');
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false });
}

type ProtocolError = Error & { readonly type: string };
const { createErrorFromCode, staleMetadata } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  createErrorFromCode(code: number): ProtocolError;
  staleMetadata(error: Error): boolean;
};

/** Returns the error for a code of the broker. */
export function protocolError(code: number): Error {
  return createErrorFromCode(code);
}

/** Whether an error means that the known leaders may be out of date. */
export function meansStaleLeaders(error: Error): boolean {
  return staleMetadata(error) || !('type' in error);
}
