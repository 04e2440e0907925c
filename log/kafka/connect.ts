/**
 * Connects to Kafka. Of all processes that open the log, only the files of this folder use `kafkajs`, because the
 * library gets no more releases and may have to be replaced. Some files of ops/platform/ use `kafkajs` too, to set up
 * the cluster.
 */
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { type ISocketFactory, Kafka, type LogEntry, logLevel, Partitioners } from 'kafkajs';
import type { Logger } from 'pino';
import { type KafkaTopic, kafkaTopics } from '../../contracts/topics.ts';
import { followClientTls } from '../../process/certificate-files.ts';
import { hospitalCertificate } from '../../process/server-name.ts';
import type { Settings } from '../../process/settings.ts';
import { decodeFetchesSafely } from './damage.ts';
import type { kafkaClientSettings } from './settings.ts';

export type { Kafka } from 'kafkajs';

/**
 * Corrects a bug of kafkajs 2.2.4: each connection has a timer for throttled requests. The timer wakes the process a
 * thousand times per second, and its negative delay makes Node 24 print a warning. After this call, the timer runs only
 * while a request waits.
 */
function fixRequestQueueTimer(): void {
  type Queue = {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  };
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: Queue };
  const pendingCheckMs = 10;
  RequestQueue.prototype.scheduleCheckPendingRequests = function schedule(this: Queue) {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(pendingCheckMs, this.throttledUntil - Date.now()),
    );
  };
}

fixRequestQueueTimer();
decodeFetchesSafely();

/**
 * Creates a client of the Kafka cluster, over TLS with the client certificate of the settings. Opens no connection yet.
 * @param retries maximum number of retries of a call while no broker answers. Readers need the default, which has no
 * limit
 * @param firstRetryMs time before the first retry; it doubles with each further retry, up to 2 s
 */
export function createKafkaClient(
  settings: Settings<typeof kafkaClientSettings>,
  clientId: string,
  log: Logger,
  retries = Number.MAX_SAFE_INTEGER,
  firstRetryMs = 100,
): Kafka {
  return new Kafka({
    clientId,
    brokers: [...settings.brokers],
    socketFactory: socketsWithFreshCertificates(settings, log),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: firstRetryMs, maxRetryTime: 2_000, retries },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => logWarning(log, entry),
  });
}

/** Time between TCP keep-alive probes; kafkajs uses the same value. */
const tcpKeepAliveMs = 60_000;

/**
 * Returns the function that opens connections. Each new connection reads the certificate files again; open connections
 * stay open.
 */
function socketsWithFreshCertificates(settings: Settings<typeof kafkaClientSettings>, log: Logger): ISocketFactory {
  const tls = followClientTls({
    name: 'kafka',
    caFile: settings.kafkaCaFile,
    certFile: settings.kafkaCertFile,
    keyFile: settings.kafkaKeyFile,
    serverName: settings.kafkaServerName,
    // Vigil's own CA signs the CRL, so the CRL cannot revoke the hospital's certificates. No CRL is checked for such
    // certificates.
    crlFile: settings.kafkaServerName === hospitalCertificate ? '' : settings.servicesCrlFile,
    log,
  });
  return ({ host, port, onConnect }) => {
    const socket = connect({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tls.options() }, onConnect);
    socket.setKeepAlive(true, tcpKeepAliveMs);
    return socket;
  };
}

/**
 * kafkajs reports this while Kafka still ends the former transaction of this process. Then kafkajs tries again
 * (decision 58).
 */
const formerTransactionText = 'update a transaction while another concurrent operation';

/**
 * Writes a message of kafkajs as one warning without a stack, because kafkajs reports every short loss of a broker as
 * an error.
 */
function logWarning(log: Logger, entry: LogEntry): void {
  const { message, error, groupId, topic, partition, broker } = entry.log as Record<string, unknown>;
  if (`${message} ${error}`.includes(formerTransactionText)) return;
  const fields = {
    kafka: entry.namespace,
    error: typeof error === 'string' ? error : undefined,
    groupId,
    topic,
    partition,
    broker,
  };
  log.warn(fields, String(message));
}

const defaultPartitioner = Partitioners.DefaultPartitioner();
/** Cache of `partitionOf`: by number of partitions, then by key. When the cache is full, it is emptied. */
const knownPartitions = new Map<number, Map<string, number>>();
const knownKeysMax = 50_000;
const partitionRows = new Map<number, { partitionId: number; leader: number }[]>();

/** Returns the partition of a key, by Kafka's default partitioner (murmur2). */
export function partitionOf(topic: KafkaTopic, key: string): number {
  const count = kafkaTopics[topic].partitions;
  let partitions = knownPartitions.get(count);
  if (!partitions || partitions.size >= knownKeysMax) {
    partitions = new Map();
    knownPartitions.set(count, partitions);
  }
  let partition = partitions.get(key);
  if (partition === undefined) {
    partition = hashToPartition(topic, key, count);
    partitions.set(key, partition);
  }
  return partition;
}

/**
 * Returns one key for each partition of a topic, in the order of the partitions. Tries `prefix-0`, `prefix-1` and so
 * on, and uses the first key that belongs to the partition.
 */
export function keysOfPartitions(topic: KafkaTopic, prefix: string): readonly string[] {
  const keys = new Map<number, string>();
  for (let n = 0; keys.size < kafkaTopics[topic].partitions; n += 1) {
    const key = `${prefix}-${n}`;
    const partition = hashToPartition(topic, key, kafkaTopics[topic].partitions);
    if (!keys.has(partition)) keys.set(partition, key);
  }
  return [...keys].sort(([left], [right]) => left - right).map(([, key]) => key);
}

function hashToPartition(topic: KafkaTopic, key: string, count: number): number {
  let rows = partitionRows.get(count);
  if (!rows) {
    rows = Array.from({ length: count }, (_, partitionId) => ({ partitionId, leader: 0 }));
    partitionRows.set(count, rows);
  }
  const partitionMetadata = rows as unknown as Parameters<typeof defaultPartitioner>[0]['partitionMetadata'];
  return defaultPartitioner({ topic, partitionMetadata, message: { key, value: null } });
}
