/** Brings existing topics to the requested number of copies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { VigilError } from '../../contracts/errors.ts';
import { kafkaTopicNames } from '../../contracts/topics.ts';
import { copiesSetting, type Replication } from './copies.ts';

/**
 * Longest wait for brokers that have just started. The other brokers list a new broker after some tenths of a second.
 */
const brokersMsMax = 10_000;
/** Longest wait for copying to new brokers. Kafka continues the copying after this wait. */
const copyingMsMax = 10 * 60_000;
const lookEveryMs = 200;
/**
 * Kafka's own topics. They need copies too: without these topics, no consumer group could continue, and no process
 * could take a turn.
 */
const internalTopics = ['__consumer_offsets', '__transaction_state'];

/**
 * Waits until the number of brokers that answer is at least the requested number of copies.
 * @throws VigilError `start-failed` if too few answer
 */
export async function waitForBrokers(admin: Admin, { factor }: Replication): Promise<void> {
  for (const endMs = Date.now() + brokersMsMax; ; await sleep(lookEveryMs)) {
    const count = (await brokerIds(admin)).length;
    if (count >= factor) return;
    if (Date.now() > endMs) throw tooFewBrokers(count, factor);
  }
}

function tooFewBrokers(count: number, factor: number): VigilError {
  return new VigilError(
    'start-failed',
    `Only ${count} ${count === 1 ? 'broker' : 'brokers'} of Kafka can be reached, but ${copiesSetting.env} needs ${factor} brokers: start the other brokers, or set ${copiesSetting.env}=1.`,
  );
}

async function brokerIds(admin: Admin): Promise<number[]> {
  return (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
}

/**
 * Makes more copies of the topics that have fewer copies than requested, and waits until the copies are complete. Until
 * then, a reading that needs two copies is not acknowledged.
 * @returns one sentence for each topic that has more copies now
 * @throws VigilError `start-failed` if brokers are missing, if a topic has more copies than requested, or if copying
 * takes too long
 */
export async function addCopies(admin: Admin, replication: Replication): Promise<string[]> {
  const { factor } = replication;
  const existingTopics = await admin.listTopics();
  const names = [...kafkaTopicNames, ...internalTopics].filter((name) => existingTopics.includes(name));
  const all = await partitionsOf(admin, names);
  const excess = all.find(({ replicas }) => replicas.length > factor);
  if (excess !== undefined)
    throw new VigilError(
      'start-failed',
      `Kafka's topic "${excess.topic}" has ${excess.replicas.length} copies, but ${copiesSetting.env} is ${factor}: set ${copiesSetting.env}=${excess.replicas.length}.`,
    );
  const incomplete = all.filter(({ replicas }) => replicas.length < factor);
  if (incomplete.length === 0) return [];
  await waitForBrokers(admin, replication);
  const ids = await brokerIds(admin);
  const topics = [...new Set(incomplete.map(({ topic }) => topic))];
  await admin.alterPartitionReassignments({
    topics: topics.map((topic) => ({
      topic,
      partitionAssignment: incomplete
        .filter((entry) => entry.topic === topic)
        .map(({ partition, replicas }) => ({ partition, replicas: brokersFor(partition, replicas, ids, factor) })),
    })),
  });
  await untilCopied(admin, topics, factor);
  return topics.map((topic) => `Kafka's topic "${topic}" has ${factor} copies now`);
}

/**
 * Returns the ids of the brokers for a partition: the brokers that already have the partition, then further brokers.
 * The further brokers differ from partition to partition, so that the load is even.
 */
function brokersFor(partition: number, replicas: readonly number[], ids: readonly number[], factor: number): number[] {
  const otherBrokers = ids.filter((id) => !replicas.includes(id));
  const shift = partition % Math.max(otherBrokers.length, 1);
  return [...replicas, ...otherBrokers.slice(shift), ...otherBrokers.slice(0, shift)].slice(0, factor);
}

async function partitionsOf(admin: Admin, names: string[]) {
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionId, replicas, isr }) => ({ topic: name, partition: partitionId, replicas, isr })),
  );
}

async function untilCopied(admin: Admin, topics: string[], factor: number): Promise<void> {
  for (const endMs = Date.now() + copyingMsMax; ; await sleep(lookEveryMs)) {
    const incomplete = (await partitionsOf(admin, topics)).filter(({ isr }) => isr.length < factor);
    if (incomplete.length === 0) return;
    if (Date.now() > endMs)
      throw new VigilError(
        'start-failed',
        `Kafka is still copying ${incomplete.length} partitions to the new brokers: wait until it has finished, and start again.`,
      );
  }
}
