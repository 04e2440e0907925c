/** Brings existing topics to the requested number of copies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { VigilError } from '../../contracts/errors.ts';
import { kafkaTopicNames } from '../../contracts/topics.ts';
import { copiesSetting, type Replication } from './copies.ts';

/** A broker that has just begun is known to the others after some tenths of a second. */
const brokersWithinMs = 10_000;
/** Maximum wait for copying to new brokers. Copying goes on after that. */
const copiedWithinMs = 10 * 60_000;
const lookEveryMs = 200;
/** Kafka's own topics: without them no group could continue, and no process would take a turn. */
const internalTopics = ['__consumer_offsets', '__transaction_state'];

/** @throws VigilError `start-failed` if fewer brokers answer than there must be copies */
export async function requireBrokers(admin: Admin, { factor }: Replication): Promise<void> {
  for (const endMs = Date.now() + brokersWithinMs; ; await sleep(lookEveryMs)) {
    const count = (await brokerIds(admin)).length;
    if (count >= factor) return;
    if (Date.now() > endMs) throw tooFewBrokers(count, factor);
  }
}

function tooFewBrokers(count: number, factor: number): VigilError {
  return new VigilError(
    'start-failed',
    `Kafka has ${count} ${count === 1 ? 'broker' : 'brokers'} that can be reached, and ${copiesSetting.env} asks for ${factor} copies, each on a broker of its own: start the others, or set ${copiesSetting.env}=1.`,
  );
}

async function brokerIds(admin: Admin): Promise<number[]> {
  return (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
}

/**
 * If a topic has fewer copies than requested, Kafka makes more, and this waits until they are complete: a reading that waits for two copies
 * is not acknowledged while there is one.
 * @returns one sentence for each topic that has more copies now
 * @throws VigilError `start-failed` if brokers are missing, if a topic has more copies than requested, or if copying takes long
 */
export async function addCopies(admin: Admin, replication: Replication): Promise<string[]> {
  const { factor } = replication;
  const present = await admin.listTopics();
  const names = [...kafkaTopicNames, ...internalTopics].filter((name) => present.includes(name));
  const all = await partitionsOf(admin, names);
  const more = all.find(({ replicas }) => replicas.length > factor);
  if (more !== undefined)
    throw new VigilError(
      'start-failed',
      `Kafka's topic ${more.topic} has ${more.replicas.length} copies, and ${copiesSetting.env} is ${factor}: set ${copiesSetting.env}=${more.replicas.length}.`,
    );
  const lacking = all.filter(({ replicas }) => replicas.length < factor);
  if (lacking.length === 0) return [];
  await requireBrokers(admin, replication);
  const ids = await brokerIds(admin);
  const topics = [...new Set(lacking.map(({ topic }) => topic))];
  await admin.alterPartitionReassignments({
    topics: topics.map((topic) => ({
      topic,
      partitionAssignment: lacking
        .filter((entry) => entry.topic === topic)
        .map(({ partition, replicas }) => ({ partition, replicas: withMore(replicas, ids, partition, factor) })),
    })),
  });
  await untilCopied(admin, topics, factor);
  return topics.map((topic) => `Kafka's topic ${topic} has ${factor} copies now`);
}

/** Brokers that have the partition keep it; the others take turns. */
function withMore(replicas: readonly number[], ids: readonly number[], partition: number, factor: number): number[] {
  const others = ids.filter((id) => !replicas.includes(id));
  const turn = partition % Math.max(others.length, 1);
  return [...replicas, ...others.slice(turn), ...others.slice(0, turn)].slice(0, factor);
}

async function partitionsOf(admin: Admin, names: string[]) {
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionId, replicas, isr }) => ({ topic: name, partition: partitionId, replicas, isr })),
  );
}

async function untilCopied(admin: Admin, topics: string[], factor: number): Promise<void> {
  for (const endMs = Date.now() + copiedWithinMs; ; await sleep(lookEveryMs)) {
    const left = (await partitionsOf(admin, topics)).filter(({ isr }) => isr.length < factor);
    if (left.length === 0) return;
    if (Date.now() > endMs)
      throw new VigilError(
        'start-failed',
        `Kafka still copies ${left.length} partitions to further brokers, and goes on with it: start again later.`,
      );
  }
}
