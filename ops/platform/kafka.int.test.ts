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

const mayWrite = (identity: string, topic: string) =>
  appendAs(identity, topic).then(
    () => true,
    () => false,
  );

/** Takes from Kafka what it carries of the keys of this house. */
async function forgetMark(): Promise<void> {
  const producer = clientOf('admin').producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: 'house', acks: -1, messages: [{ key: 'keys', value: null }] });
  await producer.disconnect();
}

/** Whether a service may look at the readings. */
async function readableBy(identity: string): Promise<boolean> {
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

/** Reads until our record comes: other files of the run write to the same topics. */
async function readAs(identity: string, topic: string, groupId: string, value = 'probe'): Promise<string> {
  const consumer = clientOf(identity).consumer({ groupId, sessionTimeout: 6000, retry: { retries: 1 } });
  const got = Promise.withResolvers<string>();
  consumer.on('consumer.crash', ({ payload }) => {
    // A young broker's group coordinator says "not me, not yet"; the consumer asks again.
    if (!payload.restart) got.reject(payload.error);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        if (String(message.value) === value) got.resolve(value);
      },
    });
    return await got.promise;
  } finally {
    await consumer.disconnect();
  }
}

describe('the broker', () => {
  it('the broker takes a record from the service that writes a topic, and gives it to the service that reads it', async () => {
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
    ['gateway', 'keys'],
  ])('the broker does not let %s write %s', async (service, topic) => {
    await expect(appendAs(service, topic)).rejects.toThrow(/authoriz/i);
  });

  it.each([
    ['gateway', 'observations', 'gateway-probe'],
    ['trends', 'commands', 'trends-probe'],
    ['trends', 'alarm-state', 'trends-probe'],
    ['alarms', 'observations', 'dashboard-probe'],
  ])('the broker does not let %s read %s in group %s', async (service, topic, group) => {
    // kafkajs wraps a refused group into its own words.
    await expect(readAs(service, topic, group)).rejects.toThrow(/authoriz|find group coordinator/i);
  });

  it.each([
    ['no certificate', undefined],
    ["a device's certificate", 'devices/bed-01'],
    ["a server's certificate", 'web-server'],
  ])('the broker does not let in a client with %s', async (_name, identity) => {
    await expect(appendAs(identity, 'rejected')).rejects.toThrow();
  });

  it('the set-up refuses more copies than there are brokers, and the broker still takes records', async () => {
    await expect(ensureTopics(platform.kafkaBrokers, certs, threeCopies)).rejects.toThrow(
      /Kafka has 1 broker that can be reached, and VIGIL_KAFKA_COPIES asks for 3 copies/,
    );
    await appendAs('gateway', 'rejected');
  });

  it('the broker has every topic of the table with its partitions and clean-up, and a second run changes nothing', async () => {
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

  it('the set-up takes back permissions that a service got by hand or from an older version, and none of others', async () => {
    const admin = clientOf('admin').admin();
    await admin.connect();
    const { TOPIC } = kafkajs.AclResourceTypes;
    const { ALLOW } = kafkajs.AclPermissionTypes;
    const given = (principal: string): AclEntry => ({
      principal,
      host: '*',
      permissionType: ALLOW,
      resourceType: TOPIC,
      resourceName: 'keys',
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      operation: kafkajs.AclOperationTypes.WRITE,
    });
    const foreign = given('User:backup');
    try {
      await admin.createAcls({ acl: [given('User:gateway'), foreign] });
      await until('the entry is in force', () => mayWrite('gateway', 'keys'));
      await ensureTopics(platform.kafkaBrokers, certs);
      await until('the entry is gone', async () => !(await mayWrite('gateway', 'keys')));
      const { resources } = await admin.describeAcls(foreign);
      expect(resources.flatMap(({ acls }) => acls).map(({ principal }) => principal)).toEqual(['User:backup']);
    } finally {
      await admin.deleteAcls({ filters: [foreign] });
      await admin.disconnect();
    }
  });

  it('the broker gives the stolen key of a service nothing any more, on an open connection too, and its new key everything', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-stolen-'));
    for (const folder of ['certs', 'secrets']) {
      cpSync(join(platform.stateDir, folder), join(stateDir, folder), { recursive: true });
    }
    const own = join(stateDir, 'certs');
    const open = clientOf('trends').admin();
    try {
      await open.connect();
      expect((await open.fetchTopicMetadata({ topics: ['observations'] })).topics[0]?.name).toBe('observations');
      await revokeService({ stateDir, service: 'trends', reason: 'key-compromise', nowMs: Date.now() });
      await ensureCertificates({ stateDir, nowMs: Date.now() });
      await ensureTopics(platform.kafkaBrokers, own);
      await expect(open.fetchTopicMetadata({ topics: ['observations'] })).rejects.toThrow(/authorized/);
      expect(await readableBy('trends')).toBe(false);
      const renewed = clientOf('trends', own).admin();
      await renewed.connect();
      expect((await renewed.fetchTopicMetadata({ topics: ['observations'] })).topics[0]?.name).toBe('observations');
      await renewed.disconnect();
      // A backup of before, with which the thief would be let in again.
      await expect(ensureTopics(platform.kafkaBrokers, certs)).rejects.toThrow(
        /before a stolen key of trends was revoked/,
      );
      expect(await readableBy('trends')).toBe(false);
    } finally {
      await open.disconnect();
      await forgetMark();
      await ensureTopics(platform.kafkaBrokers, certs);
      rmSync(stateDir, { recursive: true, force: true });
    }
    await until('the permissions to be as before', () => readableBy('trends'));
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
      const [ended] = await revoke({
        stateDir,
        deviceId: 'lost-bed',
        serial: undefined,
        reason: 'key-compromise',
        nowMs,
      });
      await ensureTopics(platform.kafkaBrokers, join(stateDir, 'certs'));
      await expect(ensureTopics(platform.kafkaBrokers, join(backup, 'certs'))).rejects.toThrow(
        `npm run certs -- revoke-again ${ended?.serial}`,
      );
      await revokeAgain({ stateDir: backup, serials: [ended?.serial ?? ''], nowMs });
      await ensureTopics(platform.kafkaBrokers, join(backup, 'certs'));
    } finally {
      await forgetMark();
      await ensureTopics(platform.kafkaBrokers, certs);
      for (const folder of [stateDir, backup]) rmSync(folder, { recursive: true, force: true });
    }
  });

  it('the set-up restores our settings if somebody changed them, says so, and keeps what else was set for a topic', async () => {
    const admin = clientOf('admin').admin();
    await admin.connect();
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const settingsOf = async (...configNames: string[]) => {
      const resources = [{ type, name: 'rejected', configNames }];
      const [described] = (await admin.describeConfigs({ includeSynonyms: false, resources })).resources;
      return Object.fromEntries(described!.configEntries.map((entry) => [entry.configName, entry.configValue]));
    };
    try {
      // All that is left out goes back to Kafka's own: also how long and in which files it is kept.
      const configEntries = [
        { name: 'retention.ms', value: '60000' },
        { name: 'index.interval.bytes', value: '8192' },
      ];
      await admin.alterConfigs({ validateOnly: false, resources: [{ type, name: 'rejected', configEntries }] });
      await until('the change is in force', async () => (await settingsOf('retention.ms'))['retention.ms'] === '60000');
      const changes = await ensureTopics(platform.kafkaBrokers, certs);
      const { retentionMs, segmentMs } = kafkaTopics.rejected;
      expect(changes).toContain(`Kafka's topic rejected had retention.ms=60000, and has ${retentionMs} now`);
      expect(changes).toContain(`Kafka's topic rejected had segment.ms=604800000, and has ${segmentMs} now`);
      expect(changes.filter((change) => !change.includes(' rejected '))).toEqual([]);
      await until(
        'ours are in force',
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

  it('the set-up refuses other keys than the records need, and says which', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-other-keys-'));
    try {
      for (const folder of ['certs', 'secrets'])
        cpSync(join(platform.stateDir, folder), join(stateDir, folder), { recursive: true });
      await ensureTopics(platform.kafkaBrokers, join(stateDir, 'certs'));
      writeFileSync(join(stateDir, 'secrets/pseudonym.key'), 'another\n');
      // A key that is lost while its record is there is refused before this (fingerprints.test.ts): here both are lost.
      for (const file of ['reader-trends.jwk', 'fingerprints.json']) rmSync(join(stateDir, 'secrets', file));
      await expect(ensureTopics(platform.kafkaBrokers, join(stateDir, 'certs'))).rejects.toThrow(
        'The data in Kafka were written with other keys than these: secrets/pseudonym.key, secrets/reader-trends.jwk.',
      );
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });

  it('the broker makes no topic that the table does not name', async () => {
    await expect(appendAs('admin', 'surprise')).rejects.toThrow(/topic/i);
  });
});
