/**
 * Kafka's topics and MQTT's, the one table from which topic creation, access control lists, sealing audiences and the
 * documentation follow.
 */

/** A service: a Kafka principal (`CN=<service>`) and, where it reads sealed records, a reader role with a key of its own. */
export const services = ['gateway', 'alarms', 'trends', 'dashboard', 'operator'] as const;
export type Service = (typeof services)[number];

/** Who may have rights on topics. The witness fetches the audit trail and opens none of it: no data key is wrapped for it. */
export const principals = [...services, 'witness'] as const;
export type Principal = (typeof principals)[number];

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

export type KafkaTopic = keyof typeof kafkaTopics;

type TopicRow = {
  readonly key: 'associationId' | 'devicePseudonym' | 'keyId' | 'actorPseudonym' | 'processId' | 'name';
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  /** Milliseconds, -1 for ever. Exceeds the longest outage that Vigil promises to survive. */
  readonly retentionMs: number;
  /**
   * Kafka deletes whole files, so a record stays for up to so much longer than `retentionMs` (ms): a new file is begun this often. For
   * what is kept for ever, Kafka's own 7 days.
   */
  readonly segmentMs: number;
  /** Past so many bytes of one partition the oldest go before their time; absent: never. */
  readonly partitionBytesMax?: number;
  readonly writers: readonly Service[];
  readonly readers: readonly Service[];
  /** Who fetches records without being able to open them. */
  readonly witnesses?: readonly Principal[];
  /** The topic whose data keys seal this one too: of the same writer, and read by all who read this one. */
  readonly keysOf?: string;
};

/**
 * All that is keyed by association has the same partition count and partitioner, so that one processor owns an
 * association's readings, commands, state and alarms.
 */
export const clinicalPartitions = 12;

/** A data key lies in the topic of who made it, so that nobody can delete or flood another's. Kept for years where what it opens is. */
const wrappedKeys = {
  key: 'keyId',
  partitions: 1,
  cleanup: 'compact',
  retentionMs: -1,
  segmentMs: hourMs,
  readers: services,
} as const;

/** `readers` are both who may fetch the topic (ACL) and, where it has no `keysOf`, for whom its data keys are wrapped (audience). */
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
    // day: where they do so for longer than 18 days, the oldest go sooner.
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
  // Longer than what they open can stay (keptOf), and the hour of a key.
  'keys-readings': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 9 * dayMs, writers: ['gateway'] },
  'keys-rejected': { ...wrappedKeys, cleanup: 'compact,delete', retentionMs: 32 * dayMs, writers: ['gateway'] },
  'keys-alarms': { ...wrappedKeys, writers: ['alarms'] },
  'keys-dashboard': { ...wrappedKeys, writers: ['dashboard'] },
  'keys-operator': { ...wrappedKeys, writers: ['operator'] },
  // Of houses that began before each writer had a topic of its own: read, never written again.
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
    // The trends take the scores, and open nothing else.
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
    // One key for both, so that who begins after a crash unwraps one for each bed.
    keysOf: 'alarms',
  },
  presence: {
    key: 'processId',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    // The alarm processor says here that it judges: its records name no ward.
    writers: ['dashboard', 'alarms'],
    readers: ['gateway', 'dashboard', 'operator'],
  },
  canary: {
    // How far canaries came (docs/decisions/023-canary.md): what each process saw of them. Only the newest counts.
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway', 'alarms'],
    readers: ['dashboard', 'operator'],
  },
  house: {
    // Which keys the data were written with (ops/platform/key-mark.ts). Not sealed: only the set-up writes it.
    key: 'name',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentMs: hourMs,
    writers: [],
    readers: ['operator'],
  },
  sessions: {
    // The order of all claims of client ids is what gateways agree by: one partition.
    key: 'processId',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: dayMs,
    segmentMs: hourMs,
    writers: ['gateway'],
    readers: ['gateway', 'operator'],
  },
  accounts: {
    // How each account was when it was last on record: what changed while no dashboard ran is seen by it.
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
 * The topics whose changes depend on all that was written before, so that of several processes of the service only one may write at a
 * time (log/kafka/turn.ts): by Kafka's transactional id. The operator's tools write without a turn.
 */
export const turns = {
  associations: { service: 'dashboard', id: 'dashboard-associations' },
} as const satisfies Partial<Record<KafkaTopic, { readonly service: Service; readonly id: string }>>;
export type TurnTopic = keyof typeof turns;

/** Kafka looks every 5 min for files to delete, and removes them a minute later. */
const deletionMsMax = 6 * 60_000;

/** How long a record of a topic that is not compacted stays, ms: never less than `least`, never more than `most`. */
export function keptOf(topic: KafkaTopic): { readonly leastMs: number; readonly mostMs: number } {
  const { retentionMs, segmentMs } = kafkaTopics[topic];
  if (retentionMs < 0) return { leastMs: Number.POSITIVE_INFINITY, mostMs: Number.POSITIVE_INFINITY };
  return { leastMs: retentionMs, mostMs: retentionMs + segmentMs + deletionMsMax };
}

export const kafkaTopicNames = Object.keys(kafkaTopics) as KafkaTopic[];

export const keysTopics = kafkaTopicNames.filter((name) => kafkaTopics[name].key === 'keyId') as KeysTopic[];
export type KeysTopic = 'keys' | (`keys-${string}` & KafkaTopic);

/** Where a service publishes the data keys of a topic that it writes. @throws where it writes none */
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
 * Where the data key of a record lies: with who wrote it, so that a key from elsewhere opens nothing.
 * @param writer as the record's header says: a service's name where several write the topic
 * @returns undefined where no such writer has the topic
 */
export function keysTopicFor(topic: KafkaTopic, writer: string): KeysTopic | undefined {
  const { writers } = kafkaTopics[topic];
  const service = writers.length === 1 ? writers[0] : writers.find((name) => name === writer);
  return service && keysTopicOf(service, topic);
}

/** For whom the data keys of a topic are wrapped. Kafka lets its readers alone fetch it. */
export function audienceOf(topic: KafkaTopic): readonly Service[] {
  const row = kafkaTopics[topic];
  return kafkaTopics['keysOf' in row ? row.keysOf : topic].readers;
}

/** The topics that a service writes, or may fetch: its access control list. */
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

/** One of something for each kind of topic that a device publishes to. */
export function forDeviceTopics<T>(make: (kind: DeviceTopicKind) => T): Record<DeviceTopicKind, T> {
  return Object.fromEntries(deviceTopicKinds.map((kind) => [kind, make(kind)])) as Record<DeviceTopicKind, T>;
}

/** `devices/{deviceId}/{kind}`: what a device may publish to. */
export function deviceTopic(deviceId: string, kind: DeviceTopicKind | 'inbox'): string {
  return `devices/${deviceId}/${kind}`;
}

/** The parts of a device's topic, or undefined where it is none (wildcards, `$SYS`, other trees). */
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

/** A partition of a topic, as a key of maps. */
export type TopicPartition = `${KafkaTopic}/${number}`;
