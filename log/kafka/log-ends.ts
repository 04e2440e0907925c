/** Asks Kafka for the first and last offsets of partitions, for the first offset after a time, and for commits. */
import type { Kafka } from 'kafkajs';
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';

/** `low` is the first offset of a partition; `high` is the offset after its last record. */
export type EndsByPartition = Map<TopicPartition, { low: bigint; high: bigint }>;

/** Returns the two ends of each partition. @throws Error of kafkajs */
export async function readLogEnds(
  kafka: Kafka,
  partitions: ReadonlyMap<KafkaTopic, readonly number[]>,
): Promise<EndsByPartition> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends: EndsByPartition = new Map();
    for (const [topic, wanted] of partitions) {
      for (const row of await admin.fetchTopicOffsets(topic)) {
        if (wanted.includes(row.partition))
          ends.set(`${topic}/${row.partition}`, { low: BigInt(row.low), high: BigInt(row.high) });
      }
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}

/** Returns the first offset of each partition that was appended at `sinceMs` or later. @throws Error of kafkajs */
export async function readOffsetsSince(
  kafka: Kafka,
  topics: readonly KafkaTopic[],
  sinceMs: number,
): Promise<Map<TopicPartition, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = new Map<TopicPartition, bigint>();
    for (const topic of topics) {
      for (const row of await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs))
        offsets.set(`${topic}/${row.partition}`, BigInt(row.offset));
    }
    return offsets;
  } finally {
    await admin.disconnect();
  }
}

/**
 * Returns the committed offset of each partition of a group; -1 if the group has committed none.
 * @throws Error of kafkajs
 */
export async function readCommitted(
  kafka: Kafka,
  group: string,
  topics: readonly KafkaTopic[],
): Promise<[TopicPartition, string][]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const rows = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
    return rows.flatMap(({ topic, partitions }) =>
      partitions.map((row): [TopicPartition, string] => [`${topic as KafkaTopic}/${row.partition}`, row.offset]),
    );
  } finally {
    await admin.disconnect();
  }
}
