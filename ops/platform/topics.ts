/** Creates Kafka's topics and access control lists from the one table in contracts/topics.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import kafkajs, {
  type AclEntry,
  type AclOperationTypes,
  type AclResourceTypes,
  type Admin,
  type ITopicConfig,
} from 'kafkajs';
// Also calms kafkajs's request queue (see there).
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
  turns,
} from '../../contracts/topics.ts';
import { serverChecks } from '../../process/certificate-files.ts';
import { addCopies, requireBrokers } from './add-copies.ts';
import { oneCopy, type Replication } from './copies.ts';
import { messageBytesMax } from './kafka-config.ts';
import { markKeys } from './key-mark.ts';

const readyTimeoutMs = 60_000;
const retryMs = 50;
const compactSegmentBytes = 64 * 1024 * 1024;
/** Kafka's own default. A file that is full before `segmentMs` is only closed, and so deleted, sooner. */
const segmentBytes = 1024 * 1024 * 1024;

/**
 * Adds what is missing. Removes permissions of a service that the table does not have (from an older version, or added by hand). Sets each
 * topic's settings to ours if they differ, because they decide what is kept. Other principals' entries and a topic's other settings stay.
 * @param certsDir folder with `ca.pem`, `admin.pem` and `admin.key`
 * @returns one sentence for each changed setting
 * @throws VigilError `start-failed`, also if a topic has another number of partitions, which cannot be changed without losing its records;
 * `certificate-invalid` if Kafka's data need other keys than those in the folder around `certsDir`
 */
export async function ensureTopics(brokers: string, certsDir: string, replication = oneCopy): Promise<string[]> {
  const principalOf = readPrincipals(certsDir);
  const kafka = adminKafka(brokers, certsDir);
  const admin = await connectAdmin(kafka, brokers);
  try {
    const present = await admin.listTopics();
    const topics = kafkaTopicNames
      .filter((name) => !present.includes(name))
      .map((name) => topicConfig(name, replication));
    if (topics.length > 0) {
      await requireBrokers(admin, replication);
      await admin.createTopics({ topics, waitForLeaders: false, timeout: readyTimeoutMs });
      await untilLed(admin);
    }
    await untilReady(() => markKeys(kafka, dirname(certsDir)));
    const acl = principals.flatMap((service) => accessOf(service, principalOf(service)));
    await admin.createAcls({ acl });
    await withdrawOthers(admin, acl);
    await untilInForce(admin, acl.length);
    await requirePartitions(admin);
    const added = await addCopies(admin, replication);
    const mended = await mendSettings(
      admin,
      kafkaTopicNames.map((name) => topicConfig(name, replication)),
    );
    return [...added, ...mended];
  } catch (cause) {
    if (cause instanceof VigilError) throw cause;
    throw new VigilError('start-failed', `Kafka's topics cannot be made: ${(cause as Error).message}`, { cause });
  } finally {
    await admin.disconnect();
  }
}

/** One of several brokers may not know the new topics yet and would answer that there are none. */
async function untilLed(admin: Admin): Promise<void> {
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

const everything = {
  resourceType: kafkajs.AclResourceTypes.ANY,
  resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
  operation: kafkajs.AclOperationTypes.ANY,
  permissionType: kafkajs.AclPermissionTypes.ANY,
};

/** Returns whether a principal is a service, by its present name or by a name from before one of its keys was stolen. */
function isService(principal: string): boolean {
  const service = /^User:(.*?)(?:\.\d+)?$/.exec(principal)?.[1];
  return principals.some((principal) => principal === service);
}

/** Deletes each entry of a service that is not in `wanted`. */
async function withdrawOthers(admin: Admin, wanted: readonly AclEntry[]): Promise<void> {
  const nameOf = (entry: AclEntry) =>
    [entry.principal, entry.resourceType, entry.resourceName, entry.resourcePatternType, entry.operation].join(' ');
  const kept = new Set(wanted.map(nameOf));
  const { resources } = await admin.describeAcls(everything);
  const filters = resources.flatMap(({ acls, ...resource }) =>
    acls
      .map((acl): AclEntry => ({ ...resource, ...acl }))
      .filter((entry) => isService(entry.principal) && !kept.has(nameOf(entry))),
  );
  if (filters.length > 0) await admin.deleteAcls({ filters });
}

/** A broker that has just begun is not yet the leader of its partitions. */
async function untilReady(task: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + readyTimeoutMs; ; await new Promise((resolve) => setTimeout(resolve, retryMs))) {
    try {
      return await task();
    } catch (error) {
      if (error instanceof VigilError || Date.now() > deadline) throw error;
    }
  }
}

/** The controller answers before the broker applies the entries. Waits until the broker itself lists every entry. */
async function untilInForce(admin: Admin, count: number): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const { resources } = await admin.describeAcls(everything);
    if (resources.reduce((sum, { acls }) => sum + acls.length, 0) >= count) return;
    if (Date.now() > deadline) throw new Error('the access control lists did not come into force');
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** All of a patient's records are in partitions of one number. With another count they would not be. */
async function requirePartitions(admin: Admin): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...kafkaTopicNames] });
  for (const { name, partitions } of topics) {
    const wanted = kafkaTopics[name as KafkaTopic].partitions;
    if (partitions.length !== wanted)
      throw new Error(`${name} has ${partitions.length} partitions instead of ${wanted}`);
  }
}

/** Kafka's source of a setting: set for this topic. */
const setForTopic = 1;

async function mendSettings(admin: Admin, wanted: readonly ITopicConfig[]): Promise<string[]> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ topic: name }) => ({ type, name })),
  });
  const changes: string[] = [];
  const mended = wanted.flatMap(({ topic, configEntries = [] }) => {
    const present = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    const differing = configEntries.filter(
      ({ name, value }) => present.find(({ configName }) => configName === name)?.configValue !== value,
    );
    for (const { name, value } of differing) {
      const was = present.find(({ configName }) => configName === name)?.configValue;
      changes.push(`Kafka's topic ${topic} had ${name}=${was}, and has ${value} now`);
    }
    // Kafka resets every setting that is left out here.
    const others = present
      .filter((entry) => (entry as { configSource?: number }).configSource === setForTopic)
      .filter(({ configName }) => !configEntries.some(({ name }) => name === configName))
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    return differing.length === 0 ? [] : [{ type, name: topic, configEntries: [...configEntries, ...others] }];
  });
  if (mended.length > 0) await admin.alterConfigs({ validateOnly: false, resources: mended });
  return changes;
}

/** Returns the client that makes topics. @param certsDir folder with `ca.pem`, `admin.pem` and `admin.key` */
export function adminKafka(brokers: string, certsDir: string): kafkajs.Kafka {
  const read = (file: string) => readFileSync(join(certsDir, file), 'utf8');
  return new kafkajs.Kafka({
    clientId: 'ops',
    brokers: brokers.split(','),
    ssl: {
      ca: [read('ca.pem')],
      cert: read('admin.pem'),
      key: read('admin.key'),
      ...serverChecks({ serverName: 'kafka', caFile: join(certsDir, 'ca.pem'), crlFile: crlOf(certsDir), log: quiet }),
      minVersion: 'TLSv1.3',
    },
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 8 },
  });
}

/** The error of the call already contains the text of the log. */
const quiet = { info() {}, error() {} };

/** A folder from before the services had a CRL does not have the file. */
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

/** Returns a topic's settings by its row in the table. Exported for the compose set-up and for tests. */
export function topicConfig(name: KafkaTopic, replication: Replication = oneCopy): ITopicConfig {
  const row = kafkaTopics[name];
  const entries: Record<string, string | number> = {
    'cleanup.policy': row.cleanup,
    'retention.ms': row.retentionMs,
    'message.timestamp.type': 'CreateTime',
    // A broker whose clock was set back would refuse records that are an hour ahead of it.
    'message.timestamp.after.max.ms': '9223372036854775807',
    'max.message.bytes': messageBytesMax,
    'segment.ms': row.segmentMs,
    ...('partitionBytesMax' in row && { 'retention.bytes': row.partitionBytesMax }),
    'segment.bytes': row.cleanup === 'compact' ? compactSegmentBytes : segmentBytes,
  };
  // With one copy, the broker's own default applies.
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

/** Returns a service's permissions: write and read its topics, take its turns, and commit offsets in groups that start with its name. */
function accessOf(service: Principal, name: string): AclEntry[] {
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
