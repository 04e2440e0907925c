/**
 * The topics of Kafka and of MQTT. Topic creation, access control lists, sealing audiences and the documentation all come from this
 * table.
 */

/** A service: a Kafka principal (`CN=<service>`). If it reads sealed records, it is also a reader role with its own key. */
export const services = ['gateway', 'alarms', 'trends', 'dashboard', 'operator'] as const;
export type Service = (typeof services)[number];

/** The principals that may have rights on topics. The witness fetches the audit trail but cannot open it: no data key is wrapped for it. */
export const principals = [...services, 'witness'] as const;
export type Principal = (typeof principals)[number];

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

export type KafkaTopic = keyof typeof kafkaTopics;

type TopicRow = {
  readonly key: 'associationId' | 'devicePseudonym' | 'keyId' | 'actorPseudonym' | 'processId' | 'name';
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  /** Milliseconds; -1 means without end. It is longer than the longest outage that Vigil promises to survive. */
  readonly retentionMs: number;
  /**
   * How often Kafka begins a new file (ms). Kafka deletes whole files, so a record stays for up to this much longer than `retentionMs`.
   * For topics that are kept without end, Kafka's own 7 days.
   */
  readonly segmentMs: number;
  /** If one partition has more bytes than this, Kafka deletes its oldest records early. Absent: never. */
  readonly partitionBytesMax?: number;
  readonly writers: readonly Service[];
  readonly readers: readonly Service[];
  /** Principals that fetch records without being able to open them. */
  readonly witnesses?: readonly Principal[];
  /** The topic whose data keys seal this one too. It has the same writer, and all readers of this topic read it. */
  readonly keysOf?: string;
};

/**
 * All topics with the key `associationId` have this many partitions and the same partitioner. So one processor gets an association's
 * readings, commands, state and alarms.
 */
export const clinicalPartitions = 12;

/** Each writer has its own topic of data keys, so that nobody can delete or flood another writer's keys. Kept for years if the records are. */
const wrappedKeys = {
  key: 'keyId',
  partitions: 1,
  cleanup: 'compact',
  retentionMs: -1,
  segmentMs: hourMs,
  readers: services,
} as const;

/** `readers` may fetch the topic (ACL). If it has no `keysOf`, its data keys are wrapped for them too (audience). */
export const kafkaTopics = {
  observations: {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'delete',
    retentionMs: 7 * dayMs,
    segmentMs: 6 * hourMs,
    writers: ['gateway'],
    readers: ['alarms', 'trends', 'dashboard', 'operator'],
  },
  waveforms: {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway'],
    readers: ['alarms', 'trends', 'dashboard', 'operator'],
  },
  rejected: {
    key: 'devicePseudonym',
    partitions: 3,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    segmentMs: dayMs,
    // One device writes at most 320 MiB in a day and as much at once: 9.7 GiB in 30 days. All devices together may write 2 GiB in a
    // day. If they do so for longer than 18 days, the oldest records are deleted earlier.
    partitionBytesMax: 12 * 1024 ** 3,
    writers: ['gateway'],
    readers: ['operator'],
  },
  associations: {
    key: 'devicePseudonym',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    writers: ['dashboard', 'operator'],
    readers: ['gateway', 'alarms', 'trends', 'dashboard', 'operator'],
  },
  // Kept longer than the records that these keys open (retentionOf), plus the hour for which a key is used.
  'keys-readings': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 9 * dayMs, writers: ['gateway'] },
  'keys-rejected': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 32 * dayMs, writers: ['gateway'] },
  'keys-alarms': { ...wrappedKeys, writers: ['alarms'] },
  'keys-dashboard': { ...wrappedKeys, writers: ['dashboard'] },
  'keys-operator': { ...wrappedKeys, writers: ['operator'] },
  // From versions in which the writers shared one topic of keys. It is read but never written again.
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
    // The trends read the scores and open nothing else.
    readers: ['alarms', 'trends', 'dashboard', 'operator'],
  },
  'alarm-state': {
    key: 'associationId',
    partitions: clinicalPartitions,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    writers: ['alarms'],
    readers: ['alarms', 'dashboard', 'operator'],
    // One key for both, so that a process that starts after a crash unwraps one key for each bed.
    keysOf: 'alarms',
  },
  presence: {
    key: 'processId',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    // The alarm processor reports here that it judges. Its records name no ward.
    writers: ['dashboard', 'alarms'],
    readers: ['gateway', 'dashboard', 'operator'],
  },
  canary: {
    // How far canaries came (docs/decisions/023-canary.md), as each process saw it. Only the newest record counts.
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway', 'alarms'],
    readers: ['dashboard', 'operator'],
  },
  house: {
    // The keys that the data were written with (ops/platform/key-mark.ts). Not sealed: only the set-up writes it.
    key: 'name',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    writers: [],
    readers: ['operator'],
  },
  sessions: {
    // Gateways agree by the order of all claims of client ids, so there is one partition.
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway'],
    readers: ['gateway', 'operator'],
  },
  accounts: {
    // Each account at its last recorded change. It reveals what changed while no dashboard ran.
    key: 'actorPseudonym',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
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

/**
 * Topics whose changes depend on all earlier records. Of several processes of the service, only one may write at a time
 * (log/kafka/turn.ts), by Kafka's transactional id. The operator's tools write without a turn.
 */
export const turns = {
  associations: { service: 'dashboard', id: 'dashboard-associations' },
} as const satisfies Partial<Record<KafkaTopic, { readonly service: Service; readonly id: string }>>;
export type TurnTopic = keyof typeof turns;

/** Kafka looks every 5 min for files to delete, and removes them a minute later. */
const deletionMsMax = 6 * 60_000;

/** Returns how long a record of a topic that is not compacted stays, ms: between `leastMs` and `mostMs`. */
export function retentionOf(topic: KafkaTopic): { readonly leastMs: number; readonly mostMs: number } {
  const { retentionMs, segmentMs } = kafkaTopics[topic];
  if (retentionMs < 0) return { leastMs: Number.POSITIVE_INFINITY, mostMs: Number.POSITIVE_INFINITY };
  return { leastMs: retentionMs, mostMs: retentionMs + segmentMs + deletionMsMax };
}

export const kafkaTopicNames = Object.keys(kafkaTopics) as KafkaTopic[];

export const keysTopics = kafkaTopicNames.filter((name) => kafkaTopics[name].key === 'keyId') as KeysTopic[];
export type KeysTopic = 'keys' | (`keys-${string}` & KafkaTopic);

/** Returns where a service publishes the data keys of a topic that it writes. @throws if it does not write the topic, or has no keys */
export function keysTopicOf(service: Service, topic: KafkaTopic): KeysTopic {
  if (!(kafkaTopics[topic].writers as readonly Service[]).includes(service))
    throw new Error(`${service} does not write ${topic}.`);
  switch (service) {
    case 'gateway':
      return topic === 'rejected' ? 'keys-rejected' : 'keys-readings';
    case 'alarms':
    case 'dashboard':
    case 'operator':
      return `keys-${service}`;
    case 'trends':
      throw new Error('trends has no data keys.');
  }
}

/**
 * Returns the topic that holds the data key of a record. It belongs to the record's writer, so a key from elsewhere opens nothing.
 * @param writer as the record's header says: a service's name if several services write the topic
 * @returns undefined if no such writer has the topic
 */
export function keysTopicFor(topic: KafkaTopic, writer: string): KeysTopic | undefined {
  const { writers } = kafkaTopics[topic];
  const service = writers.length === 1 ? writers[0] : writers.find((name) => name === writer);
  return service && keysTopicOf(service, topic);
}

/** Returns the services for which the data keys of a topic are wrapped. Kafka lets only the readers of a topic fetch it. */
export function audienceOf(topic: KafkaTopic): readonly Service[] {
  const row = kafkaTopics[topic];
  return kafkaTopics['keysOf' in row ? row.keysOf : topic].readers;
}

/** Returns the topics that a service may write, or fetch: its access control list. */
export function topicsOf(service: Principal, access: 'writers' | 'readers'): KafkaTopic[] {
  return kafkaTopicNames.filter((topic) => {
    const row: TopicRow = kafkaTopics[topic];
    const allowed: readonly Principal[] =
      access === 'readers' ? [...row.readers, ...(row.witnesses ?? [])] : row.writers;
    return allowed.includes(service);
  });
}

/** `[A-Za-z0-9._-]{1,64}`, the certificate's CN. */
export const deviceIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

export const deviceTopicKinds = ['observations', 'waveforms', 'status', 'alerts'] as const;
export type DeviceTopicKind = (typeof deviceTopicKinds)[number];

/** Makes one value for each kind of topic that a device publishes to. */
export function forDeviceTopics<T>(make: (kind: DeviceTopicKind) => T): Record<DeviceTopicKind, T> {
  return Object.fromEntries(deviceTopicKinds.map((kind) => [kind, make(kind)])) as Record<DeviceTopicKind, T>;
}

/** `devices/{deviceId}/{kind}`: what a device may publish to. */
export function deviceTopic(deviceId: string, kind: DeviceTopicKind | 'inbox'): string {
  return `devices/${deviceId}/${kind}`;
}

/** Returns the parts of a device's topic; undefined if it is not one (wildcards, `$SYS`, other trees). */
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
