/** Creates Kafka's topics and access control lists from the table in contracts/topics.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import kafkajs, {
  type AclEntry,
  type AclOperationTypes,
  type AclResourceTypes,
  type Admin,
  type ITopicConfig,
} from 'kafkajs';
// This import also patches the request queue of kafkajs.
import '../../log/kafka/connect.ts';
import { readPrincipals } from '../../certs/services.ts';
import { VigilError } from '../../contracts/errors.ts';
import {
  type KafkaTopic,
  kafkaTopicNames,
  kafkaTopics,
  type Principal,
  principals,
  topicsOf,
} from '../../contracts/topics.ts';
import { turns } from '../../contracts/turn-topics.ts';
import { serverCheckOptions } from '../../process/certificate-files.ts';
import { addCopies, waitForBrokers } from './add-copies.ts';
import { oneCopy, type Replication } from './copies.ts';
import { messageBytesMax } from './kafka-config.ts';
import { markKeys } from './key-mark.ts';

const readyTimeoutMs = 60_000;
const retryMs = 50;
const compactSegmentBytes = 64 * 1024 * 1024;
/**
 * Kafka's default size of a segment file. If a file is full before `segmentMs`, Kafka deletes the file sooner, which
 * does no harm.
 */
const segmentBytes = 1024 * 1024 * 1024;

/**
 * Creates missing topics and permissions. Removes permissions of our services that are not in the table, for instance
 * permissions of an older version. Corrects the topic settings that Vigil uses, because they decide how long records
 * are kept. Changes no other settings, and no permissions of principals that are not our services.
 * @param certsDir the folder with `ca.pem`, `admin.pem` and `admin.key`
 * @returns one sentence for each topic that has more copies now, and for each changed setting
 * @throws VigilError `start-failed`, for instance if a topic has a wrong number of partitions: this number cannot be
 * changed without losing records. `certificate-invalid` if the keys in the parent folder of `certsDir` do not belong to
 * Kafka's data
 */
export async function ensureTopics(brokers: string, certsDir: string, replication = oneCopy): Promise<string[]> {
  const principalOf = readPrincipals(certsDir);
  const kafka = adminKafka(brokers, certsDir);
  const admin = await connectAdmin(kafka, brokers);
  try {
    const existingTopics = await admin.listTopics();
    const topics = kafkaTopicNames
      .filter((name) => !existingTopics.includes(name))
      .map((name) => topicConfig(name, replication));
    if (topics.length > 0) {
      await waitForBrokers(admin, replication);
      await admin.createTopics({ topics, waitForLeaders: false, timeout: readyTimeoutMs });
      await waitForLeaders(admin);
    }
    await retryUntilDone(() => markKeys(kafka, dirname(certsDir)));
    const acl = principals.flatMap((service) => permissionsOf(service, principalOf(service)));
    await admin.createAcls({ acl });
    await deleteOtherEntries(admin, acl);
    await waitForEntries(admin, acl.length);
    await requirePartitions(admin);
    const added = await addCopies(admin, replication);
    const corrected = await correctSettings(
      admin,
      kafkaTopicNames.map((name) => topicConfig(name, replication)),
    );
    return [...added, ...corrected];
  } catch (cause) {
    if (cause instanceof VigilError) throw cause;
    throw new VigilError('start-failed', `Kafka's topics cannot be created: ${(cause as Error).message}`, { cause });
  } finally {
    await admin.disconnect();
  }
}

/** Waits until every new partition has a leader. Until then, a broker does not always know a new topic. */
async function waitForLeaders(admin: Admin): Promise<void> {
  for (const deadline = Date.now() + readyTimeoutMs; ; await new Promise((resolve) => setTimeout(resolve, retryMs))) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...kafkaTopicNames] });
      if (topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('the new topics have no leaders');
  }
}

const anyEntry = {
  resourceType: kafkajs.AclResourceTypes.ANY,
  resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
  operation: kafkajs.AclOperationTypes.ANY,
  permissionType: kafkajs.AclPermissionTypes.ANY,
};

/**
 * Returns whether a principal is one of our services, with its current name or an earlier name (`gateway`, `gateway.2`
 * …).
 */
function isService(principal: string): boolean {
  const service = /^User:(.*?)(?:\.\d+)?$/.exec(principal)?.[1];
  return principals.some((principal) => principal === service);
}

/** Deletes each entry of our services that is not in `wanted`. */
async function deleteOtherEntries(admin: Admin, wanted: readonly AclEntry[]): Promise<void> {
  const nameOf = (entry: AclEntry) =>
    [entry.principal, entry.resourceType, entry.resourceName, entry.resourcePatternType, entry.operation].join(' ');
  const wantedNames = new Set(wanted.map(nameOf));
  const { resources } = await admin.describeAcls(anyEntry);
  const filters = resources.flatMap(({ acls, ...resource }) =>
    acls
      .map((acl): AclEntry => ({ ...resource, ...acl }))
      .filter((entry) => isService(entry.principal) && !wantedNames.has(nameOf(entry))),
  );
  if (filters.length > 0) await admin.deleteAcls({ filters });
}

/**
 * Repeats a task until it succeeds. The task fails at first if a broker that has just started is not yet the leader of
 * its partitions.
 */
async function retryUntilDone(task: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + readyTimeoutMs; ; await new Promise((resolve) => setTimeout(resolve, retryMs))) {
    try {
      return await task();
    } catch (error) {
      if (error instanceof VigilError || Date.now() > deadline) throw error;
    }
  }
}

/** Waits until the broker lists `count` entries, because the controller answers before the broker applies them. */
async function waitForEntries(admin: Admin, count: number): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const { resources } = await admin.describeAcls(anyEntry);
    if (resources.reduce((sum, { acls }) => sum + acls.length, 0) >= count) return;
    if (Date.now() > deadline) throw new Error('the broker did not apply the access control lists');
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/**
 * Throws if a topic has another number of partitions than in the table. All records with the same key are in the same
 * partition. In the topics with the key `associationId`, this partition has the same number. If the number of
 * partitions changed, new records would go to another partition than the old records.
 */
async function requirePartitions(admin: Admin): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...kafkaTopicNames] });
  for (const { name, partitions } of topics) {
    const expectedPartitions = kafkaTopics[name as KafkaTopic].partitions;
    if (partitions.length !== expectedPartitions)
      throw new Error(`the topic "${name}" has ${partitions.length} partitions instead of ${expectedPartitions}`);
  }
}

/** The value of `configSource` for a setting that was set for one topic. */
const topicConfigSource = 1;

/** Sets the settings that differ from `wanted`. Returns one sentence for each change. */
async function correctSettings(admin: Admin, wanted: readonly ITopicConfig[]): Promise<string[]> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ topic: name }) => ({ type, name })),
  });
  const changes: string[] = [];
  const corrections = wanted.flatMap(({ topic, configEntries = [] }) => {
    const currentEntries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    const differing = configEntries.filter(
      ({ name, value }) => currentEntries.find(({ configName }) => configName === name)?.configValue !== value,
    );
    for (const { name, value } of differing) {
      const oldValue = currentEntries.find(({ configName }) => configName === name)?.configValue;
      changes.push(`Kafka's topic "${topic}" had ${name}=${oldValue}, and has ${value} now`);
    }
    // Sends the topic's other settings too, because Kafka resets every setting that is not sent.
    const otherEntries = currentEntries
      .filter((entry) => (entry as { configSource?: number }).configSource === topicConfigSource)
      .filter(({ configName }) => !configEntries.some(({ name }) => name === configName))
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    return differing.length === 0 ? [] : [{ type, name: topic, configEntries: [...configEntries, ...otherEntries] }];
  });
  if (corrections.length > 0) await admin.alterConfigs({ validateOnly: false, resources: corrections });
  return changes;
}

/**
 * Returns a Kafka client with the administrator's identity.
 * @param certsDir the folder with `ca.pem`, `admin.pem` and `admin.key`
 */
export function adminKafka(brokers: string, certsDir: string): kafkajs.Kafka {
  const read = (file: string) => readFileSync(join(certsDir, file), 'utf8');
  return new kafkajs.Kafka({
    clientId: 'ops',
    brokers: brokers.split(','),
    ssl: {
      ca: [read('ca.pem')],
      cert: read('admin.pem'),
      key: read('admin.key'),
      ...serverCheckOptions({
        serverName: 'kafka',
        caFile: join(certsDir, 'ca.pem'),
        crlFile: crlOf(certsDir),
        log: quietLog,
      }),
      minVersion: 'TLSv1.3',
    },
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 8 },
  });
}

/** Writes nothing, because the thrown errors contain the same texts. */
const quietLog = { info() {}, error() {} };

/**
 * Returns the path of the services' CRL; empty if the folder is from an older version of Vigil, which had no such file.
 */
function crlOf(certsDir: string): string {
  const file = join(certsDir, 'ca.crl');
  return existsSync(file) ? file : '';
}

async function connectAdmin(kafka: kafkajs.Kafka, brokers: string): Promise<Admin> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      await admin.describeCluster();
      return admin;
    } catch (cause) {
      await admin.disconnect().catch(() => undefined);
      if (Date.now() < deadline) continue;
      throw new VigilError('start-failed', `Kafka at ${brokers} does not answer: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

/** Returns the settings of a topic from the table in contracts/topics.ts. */
export function topicConfig(name: KafkaTopic, replication: Replication = oneCopy): ITopicConfig {
  const row = kafkaTopics[name];
  const entries: Record<string, string | number> = {
    'cleanup.policy': row.cleanup,
    'retention.ms': row.retentionMs,
    'message.timestamp.type': 'CreateTime',
    // This turns the limit off. With Kafka's default, a broker whose clock was set back would refuse records with a
    // time more than an hour ahead.
    'message.timestamp.after.max.ms': '9223372036854775807',
    'max.message.bytes': messageBytesMax,
    'segment.ms': row.segmentMs,
    ...('partitionBytesMax' in row && { 'retention.bytes': row.partitionBytesMax }),
    'segment.bytes': row.cleanup === 'compact' ? compactSegmentBytes : segmentBytes,
  };
  // With one copy, the broker's default applies.
  if (replication.factor > 1) entries['min.insync.replicas'] = replication.inSyncMin;
  if (row.cleanup.includes('compact')) {
    entries['min.cleanable.dirty.ratio'] = '0.1';
  }
  return {
    topic: name,
    numPartitions: row.partitions,
    replicationFactor: replication.factor,
    configEntries: Object.entries(entries).map(([key, value]) => ({ name: key, value: String(value) })),
  };
}

/**
 * Returns a service's permissions: write and read its topics, use its transactional ids, and use groups whose names
 * begin with its name.
 */
function permissionsOf(service: Principal, name: string): AclEntry[] {
  const allow = (resourceType: AclResourceTypes, resourceName: string, operation: AclOperationTypes): AclEntry => ({
    principal: `User:${name}`,
    host: '*',
    permissionType: kafkajs.AclPermissionTypes.ALLOW,
    resourceType,
    resourceName,
    resourcePatternType:
      resourceType === kafkajs.AclResourceTypes.GROUP
        ? kafkajs.ResourcePatternTypes.PREFIXED
        : kafkajs.ResourcePatternTypes.LITERAL,
    operation,
  });
  const { TOPIC, GROUP, TRANSACTIONAL_ID } = kafkajs.AclResourceTypes;
  const { WRITE, READ, DESCRIBE } = kafkajs.AclOperationTypes;
  const writes = topicsOf(service, 'writers');
  const reads = topicsOf(service, 'readers');
  return [
    ...writes.map((topic) => allow(TOPIC, topic, WRITE)),
    ...reads.map((topic) => allow(TOPIC, topic, READ)),
    ...[...new Set([...writes, ...reads])].map((topic) => allow(TOPIC, topic, DESCRIBE)),
    ...Object.values(turns)
      .filter((turn) => turn.service === service)
      .map(({ id }) => allow(TRANSACTIONAL_ID, id, WRITE)),
    allow(GROUP, service, READ),
  ];
}
