import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type AclEntry } from 'kafkajs';
import { describe, expect, inject, it } from 'vitest';
import { revoke, revokeAgain } from '../../certs/devices.ts';
import { ensureCertificates } from '../../certs/ensure.ts';
import { revokeService } from '../../certs/services.ts';
import { kafkaTopicNames, kafkaTopics } from '../../contracts/topics.ts';
import { until } from '../../tests/system.ts';
import { threeCopies } from './copies.ts';
import { ensureTopics } from './topics.ts';

const platform = inject('platform');
const certs = join(platform.stateDir, 'certs');

function clientOf(identity: string | undefined, folder = certs): kafkajs.Kafka {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return new kafkajs.Kafka({
    clientId: identity ?? 'nobody',
    brokers: platform.kafkaBrokers.split(','),
    ssl: {
      ca: [read('ca.pem')],
      ...(identity === undefined ? {} : { cert: read(`${identity}.pem`), key: read(`${identity}.key`) }),
    },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 2, initialRetryTime: 50, maxRetryTime: 200 },
  });
}

async function appendAs(identity: string | undefined, topic: string, value = 'probe'): Promise<string> {
  const producer = clientOf(identity).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    const [first] = await producer.send({ topic, acks: -1, messages: [{ key: 'k', value }] });
    return first?.baseOffset ?? '';
  } finally {
    await producer.disconnect();
  }
}

const canWrite = (identity: string, topic: string) =>
  appendAs(identity, topic).then(
    () => true,
    () => false,
  );

/** Deletes the mark of the keys (key-mark.ts) in Kafka. */
async function deleteMark(): Promise<void> {
  const producer = clientOf('admin').producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: 'house', acks: -1, messages: [{ key: 'keys', value: null }] });
  await producer.disconnect();
}

/** Returns whether a service has permissions for the topic of readings. */
async function canDescribeReadings(identity: string): Promise<boolean> {
  const admin = clientOf(identity).admin();
  try {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: ['observations'] });
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** Reads until the record with this value comes. Other tests write to the same topics. */
async function readAs(identity: string, topic: string, groupId: string, value = 'probe'): Promise<string> {
  const consumer = clientOf(identity).consumer({ groupId, sessionTimeout: 6000, retry: { retries: 1 } });
  const receivedValue = Promise.withResolvers<string>();
  consumer.on('consumer.crash', ({ payload }) => {
    // A broker that has just started is perhaps not the group coordinator yet. Then the consumer tries again.
    if (!payload.restart) receivedValue.reject(payload.error);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        if (String(message.value) === value) receivedValue.resolve(value);
      },
    });
    return await receivedValue.promise;
  } finally {
    await consumer.disconnect();
  }
}

describe('the broker', () => {
  it('the broker lets the gateway write to the topic rejected, and lets the operator read the record', async () => {
    const value = `probe ${randomUUID()}`;
    expect(await appendAs('gateway', 'rejected', value)).toMatch(/^\d+$/);
    expect(await readAs('operator', 'rejected', 'operator-probe', value)).toBe(value);
  });

  it.each([
    ['gateway', 'alarms'],
    ['gateway', 'commands'],
    ['trends', 'observations'],
    ['alarms', 'observations'],
    ['gateway', 'keys-alarms'],
    ['alarms', 'keys-readings'],
    ['alarms', 'keys-dashboard'],
    ['dashboard', 'keys-operator'],
    ['operator', 'keys-dashboard'],
    ['trends', 'keys-alarms'],
    ['delivery', 'alarms'],
    ['strips', 'alarms'],
    ['dashboard', 'strips'],
    ['delivery', 'delivery-commands'],
    ['dashboard', 'deliveries'],
    ['gateway', 'keys'],
  ])('the broker does not let the service %s write to the topic %s', async (service, topic) => {
    await expect(appendAs(service, topic)).rejects.toThrow(/authoriz/i);
  });

  it.each([
    ['gateway', 'observations', 'gateway-probe'],
    ['trends', 'commands', 'trends-probe'],
    ['trends', 'alarm-state', 'trends-probe'],
    ['alarms', 'observations', 'dashboard-probe'],
  ])('the broker does not let the service %s read the topic %s in the group %s', async (service, topic, group) => {
    // If Kafka refuses the group, kafkajs reports that it cannot find the group coordinator.
    await expect(readAs(service, topic, group)).rejects.toThrow(/authoriz|find group coordinator/i);
  });

  it.each([
    ['no certificate', undefined],
    ["a device's certificate", 'devices/bed-01'],
    ["a server's certificate", 'web-server'],
  ])('the broker refuses a client with %s', async (_name, identity) => {
    await expect(appendAs(identity, 'rejected')).rejects.toThrow();
  });

  it('the set-up refuses to make more copies than there are brokers, and the broker still accepts records', async () => {
    await expect(ensureTopics(platform.kafkaBrokers, certs, threeCopies)).rejects.toThrow(
      /Only 1 broker of Kafka can be reached, but VIGIL_KAFKA_COPIES needs 3 brokers/,
    );
    await appendAs('gateway', 'rejected');
  });

  it('the broker has every topic of the table with its partitions and settings, and a second set-up changes nothing', async () => {
    expect(await ensureTopics(platform.kafkaBrokers, certs)).toEqual([]);
    const admin = clientOf('admin').admin();
    await admin.connect();
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: kafkaTopicNames });
      expect(Object.fromEntries(topics.map((topic) => [topic.name, topic.partitions.length]))).toEqual(
        Object.fromEntries(kafkaTopicNames.map((name) => [name, kafkaTopics[name].partitions])),
      );
      const type = kafkajs.ConfigResourceTypes.TOPIC;
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: kafkaTopicNames.map((name) => ({
          type,
          name,
          configNames: ['cleanup.policy', 'retention.ms', 'segment.ms'],
        })),
      });
      for (const { resourceName, configEntries } of resources) {
        const row = kafkaTopics[resourceName as keyof typeof kafkaTopics];
        expect(Object.fromEntries(configEntries.map((entry) => [entry.configName, entry.configValue]))).toEqual({
          'cleanup.policy': row.cleanup,
          'retention.ms': String(row.retentionMs),
          'segment.ms': String(row.segmentMs),
        });
      }
    } finally {
      await admin.disconnect();
    }
  });

  it('the set-up removes permissions of a service that are not in the table, but not permissions of other principals', async () => {
    const admin = clientOf('admin').admin();
    await admin.connect();
    const { TOPIC } = kafkajs.AclResourceTypes;
    const { ALLOW } = kafkajs.AclPermissionTypes;
    const entryFor = (principal: string): AclEntry => ({
      principal,
      host: '*',
      permissionType: ALLOW,
      resourceType: TOPIC,
      resourceName: 'keys',
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      operation: kafkajs.AclOperationTypes.WRITE,
    });
    const foreign = entryFor('User:backup');
    try {
      await admin.createAcls({ acl: [entryFor('User:gateway'), foreign] });
      await until('the entry is in force', () => canWrite('gateway', 'keys'));
      await ensureTopics(platform.kafkaBrokers, certs);
      await until('the entry is gone', async () => !(await canWrite('gateway', 'keys')));
      const { resources } = await admin.describeAcls(foreign);
      expect(resources.flatMap(({ acls }) => acls).map(({ principal }) => principal)).toEqual(['User:backup']);
    } finally {
      await admin.deleteAcls({ filters: [foreign] });
      await admin.disconnect();
    }
  });

  it('a stolen key loses its permissions in Kafka, also on an open connection, and the service’s new key has them', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-stolen-'));
    for (const folder of ['certs', 'secrets']) {
      cpSync(join(platform.stateDir, folder), join(stateDir, folder), { recursive: true });
    }
    const newCerts = join(stateDir, 'certs');
    const adminWithStolenKey = clientOf('trends').admin();
    try {
      await adminWithStolenKey.connect();
      expect((await adminWithStolenKey.fetchTopicMetadata({ topics: ['observations'] })).topics[0]?.name).toBe(
        'observations',
      );
      await revokeService({ stateDir, service: 'trends', reason: 'key-compromise', nowMs: Date.now() });
      await ensureCertificates({ stateDir, nowMs: Date.now() });
      await ensureTopics(platform.kafkaBrokers, newCerts);
      await expect(adminWithStolenKey.fetchTopicMetadata({ topics: ['observations'] })).rejects.toThrow(/authorized/);
      expect(await canDescribeReadings('trends')).toBe(false);
      const adminWithNewKey = clientOf('trends', newCerts).admin();
      await adminWithNewKey.connect();
      expect((await adminWithNewKey.fetchTopicMetadata({ topics: ['observations'] })).topics[0]?.name).toBe(
        'observations',
      );
      await adminWithNewKey.disconnect();
      // With the certificates from before the revocation, Kafka would accept the stolen key again.
      await expect(ensureTopics(platform.kafkaBrokers, certs)).rejects.toThrow(
        /older than the revocation of a stolen key of trends/,
      );
      expect(await canDescribeReadings('trends')).toBe(false);
    } finally {
      await adminWithStolenKey.disconnect();
      await deleteMark();
      await ensureTopics(platform.kafkaBrokers, certs);
      rmSync(stateDir, { recursive: true, force: true });
    }
    await until('the permissions are as before', () => canDescribeReadings('trends'));
  });

  it('the set-up refuses a backup from before a device was revoked, until the device is revoked again', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-lost-device-'));
    const backup = mkdtempSync(join(tmpdir(), 'vigil-backup-'));
    const copy = (from: string, to: string) => {
      for (const folder of ['certs', 'secrets']) cpSync(join(from, folder), join(to, folder), { recursive: true });
    };
    const nowMs = Date.now();
    try {
      copy(platform.stateDir, stateDir);
      await ensureCertificates({ stateDir, devices: ['lost-bed'], nowMs });
      copy(stateDir, backup);
      const [revoked] = await revoke({
        stateDir,
        deviceId: 'lost-bed',
        serial: undefined,
        reason: 'key-compromise',
        nowMs,
      });
      await ensureTopics(platform.kafkaBrokers, join(stateDir, 'certs'));
      await expect(ensureTopics(platform.kafkaBrokers, join(backup, 'certs'))).rejects.toThrow(
        `npm run certs -- revoke-again ${revoked?.serial}`,
      );
      await revokeAgain({ stateDir: backup, serials: [revoked?.serial ?? ''], nowMs });
      await ensureTopics(platform.kafkaBrokers, join(backup, 'certs'));
    } finally {
      await deleteMark();
      await ensureTopics(platform.kafkaBrokers, certs);
      for (const folder of [stateDir, backup]) rmSync(folder, { recursive: true, force: true });
    }
  });

  it('the set-up restores our settings if somebody changed them, reports each change, and keeps a topic’s other settings', async () => {
    const admin = clientOf('admin').admin();
    await admin.connect();
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const settingsOf = async (...configNames: string[]) => {
      const resources = [{ type, name: 'rejected', configNames }];
      const [described] = (await admin.describeConfigs({ includeSynonyms: false, resources })).resources;
      return Object.fromEntries(described!.configEntries.map((entry) => [entry.configName, entry.configValue]));
    };
    try {
      // This call also resets all settings that it does not name, for instance segment.ms, to Kafka's defaults.
      const configEntries = [
        { name: 'retention.ms', value: '60000' },
        { name: 'index.interval.bytes', value: '8192' },
      ];
      await admin.alterConfigs({ validateOnly: false, resources: [{ type, name: 'rejected', configEntries }] });
      await until('the change is in force', async () => (await settingsOf('retention.ms'))['retention.ms'] === '60000');
      const changes = await ensureTopics(platform.kafkaBrokers, certs);
      const { retentionMs, segmentMs } = kafkaTopics.rejected;
      expect(changes).toContain(`Kafka's topic "rejected" had retention.ms=60000, and has ${retentionMs} now`);
      expect(changes).toContain(`Kafka's topic "rejected" had segment.ms=604800000, and has ${segmentMs} now`);
      expect(changes.filter((change) => !change.includes(' "rejected" '))).toEqual([]);
      await until(
        'our settings are in force',
        async () => (await settingsOf('segment.ms'))['segment.ms'] === String(segmentMs),
      );
      expect(await settingsOf('retention.ms', 'segment.ms', 'index.interval.bytes')).toEqual({
        'retention.ms': String(retentionMs),
        'segment.ms': String(segmentMs),
        'index.interval.bytes': '8192',
      });
      expect(await ensureTopics(platform.kafkaBrokers, certs)).toEqual([]);
    } finally {
      await admin.disconnect();
    }
  });

  it('the set-up refuses keys that do not belong to Kafka’s data, and names their files', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-other-keys-'));
    try {
      for (const folder of ['certs', 'secrets'])
        cpSync(join(platform.stateDir, folder), join(stateDir, folder), { recursive: true });
      await ensureTopics(platform.kafkaBrokers, join(stateDir, 'certs'));
      writeFileSync(join(stateDir, 'secrets/pseudonym.key'), 'another\n');
      // fingerprints.test.ts tests the loss of a key alone. In this test the key and the file of its fingerprint are
      // lost.
      for (const file of ['reader-trends.jwk', 'fingerprints.json']) rmSync(join(stateDir, 'secrets', file));
      await expect(ensureTopics(platform.kafkaBrokers, join(stateDir, 'certs'))).rejects.toThrow(
        'These files differ or are missing: secrets/pseudonym.key, secrets/reader-trends.jwk.',
      );
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });

  it('the broker does not create a topic when a client writes to an unknown topic', async () => {
    await expect(appendAs('admin', 'surprise')).rejects.toThrow(/topic/i);
  });
});
