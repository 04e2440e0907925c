/**
 * The topics of Kafka and of MQTT. The creation of topics, their access control lists, the readers of their data keys
 * and the documentation all come from this table.
 */
import { dayMs, hourMs } from './durations.ts';

/** The services. Each is a Kafka principal (`CN=<service>`), and opens sealed records with its own reader key. */
export const services = ['gateway', 'alarms', 'trends', 'delivery', 'strips', 'dashboard', 'operator'] as const;
export type Service = (typeof services)[number];

/** The principals with rights on topics. The witness fetches the audit trail, but has no reader key to open it. */
export const principals = [...services, 'witness'] as const;
export type Principal = (typeof principals)[number];

export type KafkaTopic = keyof typeof kafkaTopics;

type TopicRow = {
  readonly key:
    | 'associationId'
    | 'devicePseudonym'
    | 'keyId'
    | 'actorPseudonym'
    | 'wardPseudonym'
    | 'processId'
    | 'reachId'
    | 'stayId'
    | 'stripId'
    | 'name';
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  /** Kafka keeps records for at least this time (but see `partitionBytesMax`), ms; -1: for ever. */
  readonly retentionMs: number;
  /** How often Kafka begins a new file, ms. Kafka deletes whole files, so a record may stay this much longer. */
  readonly segmentMs: number;
  /** If a partition has more bytes than this, Kafka deletes its oldest records early. If absent, there is no limit. */
  readonly partitionBytesMax?: number;
  readonly writers: readonly Service[];
  readonly readers: readonly Service[];
  /** Principals that may fetch the records but cannot open them. */
  readonly witnesses?: readonly Principal[];
  /** Another topic whose data keys also seal this topic. Both have the same writer. The other's readers open both. */
  readonly sharesKeysWith?: string;
};

/**
 * Number of partitions of each topic with the key `associationId`. These topics also have the same partitioner, so that
 * one processor gets all readings, commands, states and alarms of an association.
 */
export const clinicalPartitions = 12;

/** A topic that keeps every record for ever. One partition, because the order of its records matters. */
const events = { partitions: 1, cleanup: 'delete', retentionMs: -1, segmentMs: 7 * dayMs } as const;
/** A topic that keeps the last record of each key for ever. */
const lastRecords = { partitions: 1, cleanup: 'compact', retentionMs: -1, segmentMs: hourMs } as const;

/** A topic of data keys. Each writer has its own topic, so that no writer can delete the keys of another writer. */
const wrappedKeys = {
  key: 'keyId',
  ...lastRecords,
  readers: services,
} as const;

/** All topics of Kafka. `readers` may fetch the topic, and its data keys are wrapped for them (`audienceOf`). */
export const kafkaTopics = {
  observations: {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'delete',
    retentionMs: 7 * dayMs,
    segmentMs: 6 * hourMs,
    writers: ['gateway'],
    readers: ['alarms', 'trends', 'strips', 'dashboard', 'operator'],
  },
  waveforms: {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway'],
    readers: ['alarms', 'trends', 'strips', 'dashboard', 'operator'],
  },
  rejected: {
    key: 'devicePseudonym',
    partitions: 3,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    segmentMs: dayMs,
    // One device may write 320 MiB here in a day, and 320 MiB more in its first burst: 9.7 GiB in 30 days. All devices
    // together may write 2 GiB in a day: after 18 such days, Kafka deletes the oldest records early.
    partitionBytesMax: 12 * 1024 ** 3,
    writers: ['gateway'],
    readers: ['operator'],
  },
  associations: {
    key: 'devicePseudonym',
    ...lastRecords,
    writers: ['dashboard', 'operator'],
    readers: ['gateway', 'alarms', 'trends', 'delivery', 'dashboard', 'operator'],
  },
  // A data key seals records for an hour, and is kept at least an hour longer than these records (retention.ts).
  'keys-readings': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 9 * dayMs, writers: ['gateway'] },
  'keys-rejected': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 32 * dayMs, writers: ['gateway'] },
  'keys-alarms': { ...wrappedKeys, writers: ['alarms'] },
  'keys-delivery': { ...wrappedKeys, writers: ['delivery'] },
  'keys-strips': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 32 * dayMs, writers: ['strips'] },
  'keys-dashboard': { ...wrappedKeys, writers: ['dashboard'] },
  'keys-operator': { ...wrappedKeys, writers: ['operator'] },
  // Older versions wrote all data keys into this topic. Processes still read this topic, but no longer write to it.
  keys: { ...wrappedKeys, writers: [] },
  commands: {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    segmentMs: dayMs,
    writers: ['dashboard'],
    readers: ['alarms', 'dashboard', 'operator'],
  },
  alarms: {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'delete',
    retentionMs: -1,
    segmentMs: 7 * dayMs,
    writers: ['alarms'],
    // The trend writer opens only scores, and the delivery process opens only events of alarms.
    readers: ['alarms', 'trends', 'delivery', 'strips', 'dashboard', 'operator'],
  },
  'alarm-state': {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    writers: ['alarms'],
    readers: ['alarms', 'strips', 'dashboard', 'operator'],
    // The keys of `alarms` seal this topic too, so a start after a crash unwraps only one key for each bed.
    sharesKeysWith: 'alarms',
  },
  strips: {
    // The waves around the onset of each alarm (docs/decisions/074-strips.md). The key names the alarm and the onset,
    // so a reader finds a strip without opening others.
    key: 'stripId',
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    segmentMs: dayMs,
    // 24 GiB in all. 64 beds with 50 alarms a day write about 3 GiB in 30 days.
    partitionBytesMax: 4 * 1024 ** 3,
    writers: ['strips'],
    readers: ['strips', 'dashboard', 'operator'],
  },
  presence: {
    key: 'processId',
    ...lastRecords,
    // The alarm processor and the delivery process write here that they are running. These records name no ward.
    writers: ['dashboard', 'alarms', 'delivery'],
    readers: ['gateway', 'dashboard', 'operator'],
  },
  canary: {
    // Each process writes which canaries it has seen (docs/decisions/023-canary.md), and the delivery process writes
    // which pages must answer a canary (docs/decisions/060-channels.md). Only the newest record of a process is used.
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway', 'alarms', 'delivery'],
    readers: ['dashboard', 'operator'],
  },
  house: {
    // Unsealed fingerprints of the keys that sealed the data (ops/platform/key-mark.ts). Only the set-up writes here.
    key: 'name',
    ...lastRecords,
    writers: [],
    readers: ['operator'],
  },
  'device-events': {
    // What happened to each device, and how many of its messages were refused (docs/decisions/089-device-events.md).
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 4 * dayMs,
    segmentMs: 4 * hourMs,
    partitionBytesMax: 1024 ** 3,
    writers: ['gateway'],
    readers: ['dashboard', 'operator'],
  },
  sessions: {
    // One partition, because all gateways must see the claims of client ids in the same order.
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway'],
    readers: ['gateway', 'operator'],
  },
  accounts: {
    // Each account at its last recorded change. A dashboard that starts uses these records to find the changes that
    // were made while no dashboard ran.
    key: 'actorPseudonym',
    ...lastRecords,
    writers: ['dashboard'],
    readers: ['dashboard'],
  },
  assignments: {
    // Never compacted, because the events show who was responsible at any earlier time.
    key: 'wardPseudonym',
    ...events,
    writers: ['dashboard'],
    readers: ['delivery', 'dashboard', 'operator'],
  },
  deliveries: {
    // One partition, because the messages to one person, and their rate, depend on the alarms of all patients.
    key: 'name',
    partitions: 1,
    cleanup: 'delete',
    // For a yearly audit, and as long as the trends by minute (docs/decisions/068-deliveries-kept.md).
    retentionMs: 400 * dayMs,
    segmentMs: 7 * dayMs,
    writers: ['delivery'],
    readers: ['delivery', 'dashboard', 'operator'],
  },
  'delivery-commands': {
    // One partition: its owner in the Kafka group is the only process that delivers.
    key: 'actorPseudonym',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    segmentMs: dayMs,
    writers: ['dashboard'],
    readers: ['delivery', 'dashboard', 'operator'],
  },
  reach: {
    key: 'reachId',
    ...lastRecords,
    // Persons write their own entries at the dashboard. An operator's command adds other systems, and removes entries.
    writers: ['dashboard', 'operator'],
    readers: ['delivery', 'dashboard', 'operator'],
  },
  notes: {
    // Hand-over notes and tasks. They have a topic of their own, because only the dashboards may open them. One
    // partition, because the newest note of a stay is used, even if the stay has several associations.
    key: 'stayId',
    ...events,
    writers: ['dashboard'],
    readers: ['dashboard'],
  },
  audit: {
    key: 'actorPseudonym',
    partitions: 3,
    cleanup: 'delete',
    retentionMs: -1,
    segmentMs: 7 * dayMs,
    writers: ['dashboard', 'operator'],
    readers: ['dashboard', 'operator'],
    witnesses: ['witness'],
  },
} as const satisfies Record<string, TopicRow>;

export const kafkaTopicNames = Object.keys(kafkaTopics) as KafkaTopic[];

export const keysTopics = kafkaTopicNames.filter((name) => kafkaTopics[name].key === 'keyId') as KeysTopic[];
export type KeysTopic = 'keys' | (`keys-${string}` & KafkaTopic);

/** Returns the topic of a service's data keys for a topic. @throws Error if the service does not write that topic */
export function keysTopicOfWriter(service: Service, topic: KafkaTopic): KeysTopic {
  if (!(kafkaTopics[topic].writers as readonly Service[]).includes(service))
    throw new Error(`${service} does not write ${topic}.`);
  switch (service) {
    case 'gateway':
      return topic === 'rejected' ? 'keys-rejected' : 'keys-readings';
    case 'alarms':
    case 'delivery':
    case 'strips':
    case 'dashboard':
    case 'operator':
      return `keys-${service}`;
    case 'trends':
      throw new Error('trends has no data keys.');
  }
}

/**
 * Returns the topic in which the data key of a record must be. Only the old topic `keys` is used besides, and no
 * service may write to `keys`. So no other service can replace the key.
 * @param writer the writer in the record's header: a service's name if several services write the topic
 * @returns undefined if no service of that name writes the topic
 */
export function keysTopicOfRecord(topic: KafkaTopic, writer: string): KeysTopic | undefined {
  const { writers } = kafkaTopics[topic];
  const service = writers.length === 1 ? writers[0] : writers.find((name) => name === writer);
  return service && keysTopicOfWriter(service, topic);
}

/** Returns the services that can open the data keys of a topic. */
export function audienceOf(topic: KafkaTopic): readonly Service[] {
  const row = kafkaTopics[topic];
  return kafkaTopics['sharesKeysWith' in row ? row.sharesKeysWith : topic].readers;
}

/** Returns the topics that a principal may write (`writers`) or fetch (`readers`). */
export function topicsOf(service: Principal, access: 'writers' | 'readers'): KafkaTopic[] {
  return kafkaTopicNames.filter((topic) => {
    const row: TopicRow = kafkaTopics[topic];
    const allowed: readonly Principal[] =
      access === 'readers' ? [...row.readers, ...(row.witnesses ?? [])] : row.writers;
    return allowed.includes(service);
  });
}

/** A device id is the CN of the device's certificate. */
export const deviceIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

export const deviceTopicKinds = ['observations', 'waveforms', 'status', 'alerts'] as const;
export type DeviceTopicKind = (typeof deviceTopicKinds)[number];

/** Returns an object with one value for each kind of topic that a device publishes to. */
export function forDeviceTopics<T>(make: (kind: DeviceTopicKind) => T): Record<DeviceTopicKind, T> {
  return Object.fromEntries(deviceTopicKinds.map((kind) => [kind, make(kind)])) as Record<DeviceTopicKind, T>;
}

/** Returns the MQTT topic of a device. Devices publish to all of these except `inbox`, which they subscribe to. */
export function deviceTopic(deviceId: string, kind: DeviceTopicKind | 'inbox'): string {
  return `devices/${deviceId}/${kind}`;
}

/** Returns the parts of a device's topic; undefined if the text is another topic, or has wildcards. */
export function parseDeviceTopic(topic: string): { deviceId: string; kind: DeviceTopicKind | 'inbox' } | undefined {
  const parts = topic.split('/');
  const [root, deviceId, kind] = parts;
  if (parts.length !== 3 || root !== 'devices' || deviceId === undefined || !deviceIdPattern.test(deviceId))
    return undefined;
  switch (kind) {
    case 'observations':
    case 'waveforms':
    case 'status':
    case 'alerts':
    case 'inbox':
      return { deviceId, kind };
    default:
      return undefined;
  }
}

/** A partition of a topic, as a map key. */
export type TopicPartition = `${KafkaTopic}/${number}`;
