import { describe, expect, it } from 'vitest';
import { keysOfPartitions, partitionOf } from '../log/kafka/connect.ts';
import {
  audienceOf,
  clinicalPartitions,
  deviceTopic,
  kafkaTopicNames,
  kafkaTopics,
  keysTopicOfRecord,
  keysTopicOfWriter,
  keysTopics,
  parseDeviceTopic,
  services,
  topicsOf,
} from './topics.ts';

describe('kafkaTopics', () => {
  it('all topics with the key associationId have the same number of partitions', () => {
    const clinical = kafkaTopicNames.filter((name) => kafkaTopics[name].key === 'associationId');
    expect(clinical).toEqual(['observations', 'waveforms', 'commands', 'alarms', 'alarm-state']);
    for (const name of clinical) expect(kafkaTopics[name].partitions).toBe(clinicalPartitions);
    for (let n = 0; n < 200; n += 1) {
      expect(new Set(clinical.map((topic) => partitionOf(topic, `association-${n}`))).size).toBe(1);
    }
  });

  it('keysOfPartitions returns a key for each partition, so that a canary reaches every alarm processor', () => {
    const keys = keysOfPartitions('observations', 'canary');
    expect(keys.map((key) => partitionOf('observations', key))).toEqual([...Array(clinicalPartitions).keys()]);
    // The keys have only characters that are allowed in the header of a sealed record.
    for (const key of keys) expect(key).toMatch(/^canary-\d+$/);
  });

  it('the gateway may write readings, rejected input and keys, and may not read readings', () => {
    expect(topicsOf('gateway', 'writers')).toEqual([
      'observations',
      'waveforms',
      'rejected',
      'keys-readings',
      'keys-rejected',
      'canary',
      'device-events',
      'sessions',
    ]);
    expect(topicsOf('gateway', 'readers')).toEqual(['associations', ...keysTopics, 'presence', 'sessions']);
  });

  it('the operator may read the topics of a capture, and may not write readings, commands or alarms', () => {
    const sources = ['associations', 'observations', 'commands', 'alarms'];
    expect(topicsOf('operator', 'readers')).toEqual(expect.arrayContaining(sources));
    expect(topicsOf('operator', 'writers')).toEqual(['associations', 'keys-operator', 'reach', 'audit']);
  });

  it('each topic of data keys has at most one writer, and each writer uses only its own topic', () => {
    for (const topic of keysTopics) expect(kafkaTopics[topic].writers.length).toBe(topic === 'keys' ? 0 : 1);
    for (const service of services)
      for (const topic of topicsOf(service, 'writers').filter((name) => !(keysTopics as string[]).includes(name))) {
        const keys = keysTopicOfWriter(service, topic);
        expect(kafkaTopics[keys].writers).toEqual([service]);
        expect(keysTopicOfRecord(topic, service)).toBe(keys);
        // Kafka keeps the keys for at least an hour longer than the records that they open.
        const { retentionMs } = kafkaTopics[topic];
        const keptMs = kafkaTopics[keys].retentionMs;
        expect(keptMs < 0 || (retentionMs > 0 && keptMs > retentionMs + 3_600_000)).toBe(true);
      }
    expect(keysTopicOfRecord('audit', 'alarms')).toBeUndefined();
  });

  it('the decisions about calls are kept for 400 days, and the records that explain them are kept for ever', () => {
    const { retentionMs, cleanup } = kafkaTopics.deliveries;
    expect({ retentionMs, cleanup }).toEqual({ retentionMs: 400 * 24 * 3_600_000, cleanup: 'delete' });
    expect(kafkaTopics.alarms.retentionMs).toBe(-1);
    expect(kafkaTopics.assignments.retentionMs).toBe(-1);
    expect(kafkaTopics.audit.retentionMs).toBe(-1);
  });

  it('the trend writer may read readings and alarms, but not alarm-state or commands', () => {
    expect(topicsOf('trends', 'readers')).toEqual([
      'observations',
      'waveforms',
      'associations',
      ...keysTopics,
      'alarms',
    ]);
    expect(topicsOf('trends', 'writers')).toEqual([]);
  });

  it('the strip writer may read alarms and what devices sent, and may write only strips', () => {
    expect(topicsOf('strips', 'readers')).toEqual([
      'observations',
      'waveforms',
      ...keysTopics,
      'alarms',
      'alarm-state',
      'strips',
    ]);
    expect(topicsOf('strips', 'writers')).toEqual(['keys-strips', 'strips']);
  });

  it('the delivery process may read alarms and what persons answer, and may write only deliveries, its sign of life and its canaries', () => {
    expect(topicsOf('delivery', 'readers')).toEqual([
      'associations',
      ...keysTopics,
      'alarms',
      'assignments',
      'deliveries',
      'delivery-commands',
      'reach',
    ]);
    expect(topicsOf('delivery', 'writers')).toEqual(['keys-delivery', 'presence', 'canary', 'deliveries']);
  });

  it('the data keys of each topic are wrapped for all readers of the topic', () => {
    for (const name of kafkaTopicNames) {
      expect(kafkaTopics[name].readers.length).toBeGreaterThan(0);
      expect(audienceOf(name)).toEqual(expect.arrayContaining([...kafkaTopics[name].readers]));
    }
  });

  // Reference values: Kafka's own murmur2 (org.apache.kafka.common.utils.Utils), masked and modulo 12.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
  ])("partitionOf puts the key %s into the same partition as Kafka's own clients", (key, murmur2) => {
    expect(partitionOf('observations', key)).toBe((murmur2 & 0x7fffffff) % clinicalPartitions);
  });
});

describe('parseDeviceTopic', () => {
  it.each(['observations', 'waveforms', 'status', 'alerts', 'inbox'] as const)(
    'parseDeviceTopic parses the topic that deviceTopic makes for %s',
    (kind) => {
      expect(parseDeviceTopic(deviceTopic('bed-01', kind))).toEqual({ deviceId: 'bed-01', kind });
    },
  );

  it.each([
    '',
    'devices',
    'devices/bed-01',
    'devices/bed-01/',
    'devices//observations',
    'devices/bed-01/observations/',
    '/devices/bed-01/observations',
    'devices/+/observations',
    'devices/#',
    'devices/bed 01/observations',
    `devices/${'x'.repeat(65)}/observations`,
    'Devices/bed-01/observations',
    'devices/bed-01/Observations',
    'devices/bed-01/__proto__',
    '$SYS/broker/uptime',
  ])('parseDeviceTopic refuses %j', (topic) => expect(parseDeviceTopic(topic)).toBeUndefined());
});
