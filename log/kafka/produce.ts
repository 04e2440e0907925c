/**
 * The cluster as the appender needs it: who leads a partition, and one produce request to a broker with batches of several
 * partitions. Uses kafkajs's connections and metadata below its producer, which would make one request for each partition
 * and each batch: at 5,000 readings a second that cost most of a core.
 */
import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import {
  decodeProduced,
  encodeProduce,
  type PartitionAnswer,
  type PartitionBatch,
  produceApi,
} from './record-batch.ts';

export type Producing = {
  /** The node that leads a partition, by what was last heard; undefined if nobody does. */
  leaderOf(topic: string, partition: number): number | undefined;
  /**
   * Asks the cluster anew who leads. Calls at once share one question.
   * @throws Error of kafkajs
   */
  refresh(topics: readonly string[]): Promise<void>;
  /**
   * Sends one request and resolves with the answer for each partition.
   * @param batches those of one topic next to each other
   * @throws Error of kafkajs if no answer came: what was sent may be in the log or not
   */
  produce(node: number, batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]>;
  close(): Promise<void>;
};

/** Of kafkajs 2.2.4, whose version is pinned: what is used below its public face. */
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
  findBroker(where: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(of: { groupId: string }): Promise<Coordinator>;
};

/** How long a broker waits for its replicas before it answers that they are not in sync. */
const replicasMs = 10_000;

export function createProducing(kafka: Kafka): Producing {
  const cluster = clusterOf(kafka);
  let leaders = new Map<string, ReadonlyMap<number, number>>();
  let refreshing: Promise<void> | undefined;

  async function ask(topics: readonly string[]): Promise<void> {
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.addMultipleTargetTopics(topics);
    await cluster.refreshMetadata();
    leaders = new Map(
      (cluster.brokerPool.metadata?.topicMetadata ?? []).map(({ topic, partitionMetadata }) => [
        topic,
        // -1 stands for nobody.
        new Map(partitionMetadata.filter(({ leader }) => leader >= 0).map((one) => [one.partitionId, one.leader])),
      ]),
    );
  }

  return {
    leaderOf: (topic, partition) => leaders.get(topic)?.get(partition),
    refresh(topics) {
      refreshing ??= ask(topics).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    async produce(node, batches) {
      const broker = await cluster.findBroker({ nodeId: String(node) });
      const connection = await broker.connectionPool.getConnection();
      try {
        const answer = decodeProduced(await send(connection, batches));
        connection.requestQueue.maybeThrottle(answer.throttleMs);
        return answer.answers;
      } catch (error) {
        // As kafkajs does: otherwise the broken connection would be used again.
        if ((error as Error).name === 'KafkaJSConnectionClosedError') await broker.disconnect();
        // A broker that is frozen or cut off in silence keeps its connection, and would be asked who leads now: never another.
        if ((error as Error).name === 'KafkaJSRequestTimeoutError') connection.socket.destroy(error as Error);
        throw error;
      }
    },
    close: () => cluster.disconnect(),
  };
}

async function send(connection: Connection, batches: readonly PartitionBatch[]): Promise<Buffer> {
  const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    if (!connection.isConnected()) throw new Error('The connection to the broker is gone.');
    const correlationId = connection.nextCorrelationId();
    const bytes = encodeProduce(batches, correlationId, connection.clientId, replicasMs);
    connection.requestQueue.push({
      entry: { ...produceApi, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => connection.socket.write(bytes),
    });
  });
  return payload;
}

/** kafkajs hides the function that makes a cluster client behind a symbol. */
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

/** The error that a code of the broker stands for. */
export function protocolError(code: number): Error {
  return createErrorFromCode(code);
}

/** Whether an error means that what we know of the cluster is out of date. */
export function isStale(error: Error): boolean {
  return staleMetadata(error) || !('type' in error);
}
