/** Creates Kafka's topics and access control lists from the one table in contracts/topics.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs, {
  type AclEntry,
  type AclOperationTypes,
  type AclResourceTypes,
  type Admin,
  type ITopicConfig,
} from 'kafkajs';
// Also calms kafkajs's request queue (see there).
import '../../contracts/kafka/connect.ts';
import { VigilError } from '../../contracts/errors.ts';
import {
  type KafkaTopic,
  kafkaTopicNames,
  kafkaTopics,
  type Service,
  services,
  topicsOf,
  turns,
} from '../../contracts/topics.ts';
import { messageBytesMax, oneCopy, type Replication } from './kafkaConfig.ts';

const readyTimeoutMs = 60_000;
const retryMs = 50;
const compactSegmentBytes = 64 * 1024 * 1024;
const compactSegmentMs = 60 * 60 * 1000;

/**
 * Adds what is missing and changes nothing that is there.
 * @param certsDir folder with `ca.pem`, `admin.pem` and `admin.key`
 * @throws VigilError `start-failed`
 */
export async function ensureTopics(broker: string, certsDir: string, replication = oneCopy): Promise<void> {
  const admin = await connectAdmin(broker, certsDir);
  try {
    const present = await admin.listTopics();
    const topics = kafkaTopicNames
      .filter((name) => !present.includes(name))
      .map((name) => topicConfig(name, replication));
    if (topics.length > 0) {
      await admin.createTopics({ topics, waitForLeaders: false, timeout: readyTimeoutMs });
      await untilLed(admin);
    }
    const acl = services.flatMap(accessOf);
    await admin.createAcls({ acl });
    await untilInForce(admin, acl.length);
  } catch (cause) {
    throw new VigilError('start-failed', `Kafka's topics cannot be made: ${(cause as Error).message}`, { cause });
  } finally {
    await admin.disconnect();
  }
}

/** Of several brokers, one that did not hear of the new topics yet may be asked: it says that there are none. */
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

/** The controller has answered before the broker obeys: wait until the broker itself tells of every entry. */
async function untilInForce(admin: Admin, count: number): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const { resources } = await admin.describeAcls({
      resourceType: kafkajs.AclResourceTypes.ANY,
      resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
      operation: kafkajs.AclOperationTypes.ANY,
      permissionType: kafkajs.AclPermissionTypes.ANY,
    });
    if (resources.reduce((sum, { acls }) => sum + acls.length, 0) >= count) return;
    if (Date.now() > deadline) throw new Error('the access control lists did not come into force');
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function connectAdmin(broker: string, certsDir: string): Promise<Admin> {
  const read = (file: string) => readFileSync(join(certsDir, file), 'utf8');
  const kafka = new kafkajs.Kafka({
    clientId: 'ops',
    brokers: [broker],
    ssl: { ca: [read('ca.pem')], cert: read('admin.pem'), key: read('admin.key'), minVersion: 'TLSv1.3' },
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 8 },
  });
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
      throw new VigilError('start-failed', `Kafka at ${broker} does not answer: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

/** A topic as its row in the table says. Exported for the compose set-up and for tests. */
export function topicConfig(name: KafkaTopic, replication: Replication = oneCopy): ITopicConfig {
  const row = kafkaTopics[name];
  const entries: Record<string, string | number> = {
    'cleanup.policy': row.cleanup,
    'retention.ms': row.retentionMs,
    'message.timestamp.type': 'CreateTime',
    // A broker whose clock was set back would refuse what is stamped an hour ahead of it.
    'message.timestamp.after.max.ms': '9223372036854775807',
    'max.message.bytes': messageBytesMax,
  };
  // Where there is one copy, the broker's own default says it.
  if (replication.factor > 1) entries['min.insync.replicas'] = replication.inSyncMin;
  if (row.cleanup === 'compact') {
    entries['min.cleanable.dirty.ratio'] = '0.1';
    entries['segment.bytes'] = compactSegmentBytes;
    entries['segment.ms'] = compactSegmentMs;
  }
  return {
    topic: name,
    numPartitions: row.partitions,
    replicationFactor: replication.factor,
    configEntries: Object.entries(entries).map(([key, value]) => ({ name: key, value: String(value) })),
  };
}

/** What a service may do: write and read its topics, take its turns, and commit offsets in groups that start with its name. */
function accessOf(service: Service): AclEntry[] {
  const allow = (resourceType: AclResourceTypes, resourceName: string, operation: AclOperationTypes): AclEntry => ({
    principal: `User:${service}`,
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
