/**
 * Attacks on the running broker with the stolen certificate of a service. The tests try each topic and each act that
 * the table in contracts/topics.ts does not allow. The cases are made from the table, so that every new topic and
 * service has its cases.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueAuthority, issueLeaf, type Pair } from '../../certs/issue.ts';
import { type KafkaTopic, kafkaTopicNames, keysTopics, principals, topicsOf } from '../../contracts/topics.ts';
import { turns } from '../../contracts/turn-topics.ts';
import { clusterOf } from '../../log/kafka/produce.ts';
import { certFile, connectKafkaAs, type KafkaIdentity } from './attacker.ts';

/** The requests of kafkajs's internal broker class that this test uses. */
type Broker = {
  fetch(request: object): Promise<unknown>;
  produce(request: object): Promise<unknown>;
  initProducerId(request: object): Promise<unknown>;
  findGroupCoordinator(request: object): Promise<unknown>;
  offsetFetch(request: object): Promise<unknown>;
};
type Cluster = {
  connect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  disconnect(): Promise<void>;
  findBroker(of: { nodeId: string }): Promise<Broker>;
};

const closing: (() => Promise<unknown>)[] = [];
const brokers = new Map<string, Broker>();

beforeAll(async () => {
  for (const principal of principals) {
    const cluster = clusterOf(connectKafkaAs(principal)) as unknown as Cluster;
    await cluster.connect();
    await cluster.refreshMetadata();
    closing.push(() => cluster.disconnect());
    brokers.set(principal, await cluster.findBroker({ nodeId: '1' }));
  }
});
afterAll(async () => {
  for (const close of closing) await close();
});

/**
 * Returns the name of Kafka's error. kafkajs puts this error into its own error after retries, and if a request has
 * several parts.
 */
function kafkaErrorIn(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, cause, originalError, errors, partitions } = error as Record<string, unknown>;
  if (typeof type === 'string') return type;
  const innerErrors = [cause, originalError, errors, partitions]
    .flat()
    .map((inner) => (inner as { error?: unknown })?.error ?? inner);
  return innerErrors.map(kafkaErrorIn).find((name) => name !== undefined);
}

/** Returns `done` if Kafka carried out the request, otherwise the name of Kafka's error. */
async function answerTo(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'done';
  } catch (error) {
    return kafkaErrorIn(error) ?? (error as Error).message;
  }
}

const refusedError = 'TOPIC_AUTHORIZATION_FAILED';
/**
 * A partition that does not exist. Kafka checks the permission first, so the answer shows the permission, and no record
 * is written.
 */
const missingPartition = 9_999;

function write(principal: string, topic: KafkaTopic, partition: number, value: Buffer | null): Promise<string> {
  const messages = [{ key: Buffer.from('0'.repeat(22)), value, headers: {}, timestamp: Date.now() }];
  return answerTo(
    brokers.get(principal)!.produce({
      acks: -1,
      timeout: 10_000,
      topicData: [{ topic, partitions: [{ partition, messages }] }],
    }),
  );
}

function read(principal: string, topic: KafkaTopic): Promise<string> {
  const partitions = [{ partition: 0, currentLeaderEpoch: -1, fetchOffset: '0', maxBytes: 1_000 }];
  return answerTo(
    brokers.get(principal)!.fetch({
      ...{ replicaId: -1, isolationLevel: 1, maxWaitTime: 0, minBytes: 0, maxBytes: 1_000 },
      topics: [{ topic, partitions }],
    }),
  );
}

describe.each(principals)('the certificate of %s', (principal) => {
  const writes: readonly string[] = topicsOf(principal, 'writers');
  const reads: readonly string[] = topicsOf(principal, 'readers');

  it('a service can write no record and no tombstone to a topic whose row in contracts/topics.ts does not name it as a writer', async () => {
    for (const topic of kafkaTopicNames) {
      if (writes.includes(topic)) {
        // The service may write to this topic, so Kafka's error is about the partition. This proves that a refusal
        // below is due to a missing permission.
        expect([topic, await write(principal, topic, missingPartition, null)]).not.toEqual([topic, refusedError]);
        continue;
      }
      for (const value of [Buffer.from('forged'), null])
        expect([topic, await write(principal, topic, 0, value)]).toEqual([topic, refusedError]);
    }
  });

  it('a service can read no topic whose row in contracts/topics.ts does not name it as a reader', async () => {
    for (const topic of kafkaTopicNames)
      expect([topic, (await read(principal, topic)) === refusedError]).toEqual([topic, !reads.includes(topic)]);
  });

  it('a service can create, change or delete no topic, setting or permission, and delete no record', async () => {
    const admin = connectKafkaAs(principal).admin();
    await admin.connect();
    try {
      const name = 'rejected';
      const configEntries = [{ name: 'retention.ms', value: '1' }];
      const acl = {
        ...{ resourceType: 2, resourceName: '*', resourcePatternType: 3, principal: `User:${principal}` },
        ...{ host: '*', operation: 2, permissionType: 3 },
      };
      const acts: [string, () => Promise<unknown>][] = [
        ['delete a topic', () => admin.deleteTopics({ topics: [name] })],
        ['create a topic', () => admin.createTopics({ topics: [{ topic: `of-${principal}` }], waitForLeaders: false })],
        ['add partitions', () => admin.createPartitions({ topicPartitions: [{ topic: name, count: 99 }] })],
        [
          'delete records',
          () => admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '-1' }] }),
        ],
        [
          'change a setting',
          () => admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] }),
        ],
        ['give itself a permission', () => admin.createAcls({ acl: [acl] })],
        [
          'delete all permissions',
          () => admin.deleteAcls({ filters: [{ ...acl, resourcePatternType: 1, operation: 1 }] }),
        ],
        ['read all permissions', () => admin.describeAcls({ ...acl, resourcePatternType: 1, operation: 1 })],
      ];
      for (const [act, request] of acts)
        expect([act, await answerTo(request())]).toEqual([act, expect.stringMatching(/AUTHORIZ|authoriz/)]);
    } finally {
      await admin.disconnect();
    }
  });

  it('a service can use no consumer group and no transactional id of another service', async () => {
    const broker = brokers.get(principal)!;
    for (const other of principals) {
      const answer = await answerTo(broker.offsetFetch({ groupId: `${other}-engine`, topics: [] }));
      expect([other, answer === 'GROUP_AUTHORIZATION_FAILED']).toEqual([other, other !== principal]);
    }
    for (const { id, service } of Object.values(turns)) {
      if (service === principal) continue;
      const transaction = { transactionalId: id, transactionTimeout: 1_000 };
      expect(await answerTo(broker.initProducerId(transaction))).toBe('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    }
  });
});

it('each topic of keys has at most one writer, so that no service can delete or flood the keys of another service', () => {
  for (const topic of keysTopics) {
    const writers = principals.filter((principal) => topicsOf(principal, 'writers').includes(topic));
    expect([topic, writers.length]).toEqual([topic, topic === 'keys' ? 0 : 1]);
  }
});

describe('the broker', () => {
  const leaf = (commonName: string, purposes: readonly ('client' | 'server')[] = ['client']) => ({
    ...({ file: commonName, commonName, authority: 'ca', purposes, names: [] as string[] } as const),
  });
  const ca = (): Pair => ({ certificate: certFile('ca.pem'), key: certFile('ca.key') });
  const threeYearsMs = 3 * 365 * 24 * 3_600_000;

  const identities: [string, () => Promise<KafkaIdentity> | KafkaIdentity][] = [
    ['without a certificate', () => undefined],
    ["with a device's certificate", () => 'devices/spare-01'],
    ["with the dashboard's server certificate", () => 'web-server'],
    ["with the gateway's server certificate", () => 'mqtt-server'],
    ["with the database's certificate", () => 'influxdb'],
    ["with the authority's own certificate", () => 'ca'],
    ['with the name of the administrator, signed by itself', async () => issueAuthority('admin', Date.now())],
    [
      'with the name of the administrator, signed by a false authority with the name of Vigil’s authority',
      async () => issueLeaf(leaf('admin'), await issueAuthority('Vigil services CA', Date.now()), Date.now()),
    ],
    [
      "with the name of the administrator, signed by the devices' authority",
      () =>
        issueLeaf(
          leaf('admin'),
          { certificate: certFile('device-ca.pem'), key: certFile('device-ca.key') },
          Date.now(),
        ),
    ],
    [
      'with a certificate of the gateway that has expired',
      () => issueLeaf(leaf('gateway'), ca(), Date.now() - threeYearsMs),
    ],
    [
      'with a certificate of the gateway that is not yet valid',
      () => issueLeaf(leaf('gateway'), ca(), Date.now() + threeYearsMs),
    ],
    [
      'with a certificate of the gateway that is valid only for servers',
      () => issueLeaf(leaf('gateway', ['server']), ca(), Date.now()),
    ],
  ];

  it.each(identities)('a client %s gets no answer from the broker', async (_name, identity) => {
    const admin = connectKafkaAs(await identity()).admin();
    await expect(admin.connect().then(() => admin.describeCluster())).rejects.toThrow();
    await admin.disconnect();
  });

  it.each([
    ['an unknown name', 'surgeon'],
    ['a name that begins with the name of a service', 'gateway2'],
    ['the name of a service in capitals', 'GATEWAY'],
  ])('a client with a valid certificate for %s sees no topic', async (_name, commonName) => {
    const kafka = connectKafkaAs(await issueLeaf(leaf(commonName), ca(), Date.now()));
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.listTopics()).toEqual([]);
    await admin.disconnect();
  });

  it('a client with a valid certificate of a service sees topics', async () => {
    const admin = connectKafkaAs(await issueLeaf(leaf('gateway'), ca(), Date.now())).admin();
    await admin.connect();
    expect(await admin.listTopics()).toContain('observations');
    await admin.disconnect();
  });
});
