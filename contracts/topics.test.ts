import { describe, expect, it } from 'vitest';
import { keysOfPartitions, partitionOf } from '../log/kafka/connect.ts';
import {
  audienceOf,
  clinicalPartitions,
  deviceTopic,
  kafkaTopicNames,
  kafkaTopics,
  keysTopicFor,
  keysTopicOf,
  keysTopics,
  parseDeviceTopic,
  services,
  topicsOf,
} from './topics.ts';

describe("Kafka's topics", () => {
  it('keyed by association share one partition count, so one processor owns all of an association', () => {
    const clinical = kafkaTopicNames.filter((name) => kafkaTopics[name].key === 'associationId');
    expect(clinical).toEqual(['observations', 'waveforms', 'commands', 'alarms', 'alarm-state']);
    for (const name of clinical) expect(kafkaTopics[name].partitions).toBe(clinicalPartitions);
    for (let n = 0; n < 200; n += 1) {
      expect(new Set(clinical.map((topic) => partitionOf(topic, `association-${n}`))).size).toBe(1);
    }
  });

  it('have a key for each partition, so that a canary reaches every alarm processor', () => {
    const keys = keysOfPartitions('observations', 'canary');
    expect(keys.map((key) => partitionOf('observations', key))).toEqual([...Array(clinicalPartitions).keys()]);
    // Of the characters that a sealed record's header may have.
    for (const key of keys) expect(key).toMatch(/^canary-\d+$/);
  });

  it('let the gateway write readings, rejected input and keys, and read no reading', () => {
    expect(topicsOf('gateway', 'writers')).toEqual([
      'observations',
      'waveforms',
      'rejected',
      'keys-readings',
      'keys-rejected',
      'canary',
      'sessions',
    ]);
    expect(topicsOf('gateway', 'readers')).toEqual(['associations', ...keysTopics, 'presence', 'sessions']);
  });

  it('let the operator read what a capture is made of, and write no reading, command or alarm', () => {
    const sources = ['associations', 'observations', 'commands', 'alarms'];
    expect(topicsOf('operator', 'readers')).toEqual(expect.arrayContaining(sources));
    expect(topicsOf('operator', 'writers')).toEqual(['associations', 'keys-operator', 'audit']);
  });

  it('give each topic of data keys at most one writer, and each writer only its own', () => {
    for (const topic of keysTopics) expect(kafkaTopics[topic].writers.length).toBe(topic === 'keys' ? 0 : 1);
    for (const service of services)
      for (const topic of topicsOf(service, 'writers').filter((name) => !(keysTopics as string[]).includes(name))) {
        const keys = keysTopicOf(service, topic);
        expect(kafkaTopics[keys].writers).toEqual([service]);
        expect(keysTopicFor(topic, service)).toBe(keys);
        // Its keys are there as long as what they open, and an hour.
        const { retentionMs } = kafkaTopics[topic];
        const keptMs = kafkaTopics[keys].retentionMs;
        expect(keptMs < 0 || (retentionMs > 0 && keptMs > retentionMs + 3_600_000)).toBe(true);
      }
    expect(keysTopicFor('audit', 'alarms')).toBeUndefined();
  });

  it('let the trends read readings and alarms, and neither the state behind them nor what clinicians ask for', () => {
    expect(topicsOf('trends', 'readers')).toEqual([
      'observations',
      'waveforms',
      'associations',
      ...keysTopics,
      'alarms',
    ]);
    expect(topicsOf('trends', 'writers')).toEqual([]);
  });

  it('have data keys that each of their readers can unwrap, and never for nobody', () => {
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
  ])("place the key %s as Kafka's own clients do", (key, murmur2) => {
    expect(partitionOf('observations', key)).toBe((murmur2 & 0x7fffffff) % clinicalPartitions);
  });
});

describe("a device's MQTT topic", () => {
  it.each(['observations', 'waveforms', 'status', 'alerts', 'inbox'] as const)('of %s is read back', (kind) => {
    expect(parseDeviceTopic(deviceTopic('bed-01', kind))).toEqual({ deviceId: 'bed-01', kind });
  });

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
  ])('is not %j', (topic) => expect(parseDeviceTopic(topic)).toBeUndefined());
});
