/**
 * The partitions that this processor owns, from one assignment by Kafka to the next.
 *
 * Guarantees:
 * 1. An assignment first releases all former partitions and then restores the new partitions.
 * 2. A released partition sends no more events. Events that were already sent may still reach Kafka.
 * 3. If a later assignment comes during a restore, the restore changes nothing.
 * 4. `generation` grows each time partitions are released. Code that waits for something reads `generation` before and
 * after the wait, and stops if `generation` has grown.
 */
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import type { Canaries } from './canaries.ts';
import type { Outbox } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Position } from './patient-engine.ts';
import type { RestoredPartition } from './restore.ts';
import type { Outgoing } from './screen-record.ts';

export type Owner = {
  readonly partition: Partition;
  readonly outbox: Outbox<Outgoing>;
  /** The written snapshots include the events of `alarms` before this offset. */
  eventsBefore: bigint;
  /** The offsets that the group has committed. */
  committed: Position;
};

export type Ownership = {
  /** The owned partitions by their number. */
  owners(): ReadonlyMap<number, Owner>;
  generation(): number;
  /**
   * Releases all owned partitions and takes over the assigned partitions.
   * @returns the offsets at which reading begins; an empty map if a later assignment came during the restore
   */
  takeOver(partitionsOf: ReadonlyMap<KafkaTopic, readonly number[]>): Promise<ReadonlyMap<TopicPartition, string>>;
  /** Releases all owned partitions. */
  releaseAll(): void;
};

export function createOwnership(options: {
  /** Reads from Kafka the states, events and commands of these partitions. */
  readonly restore: (partitions: readonly number[]) => Promise<ReadonlyMap<number, RestoredPartition>>;
  readonly open: (restored: RestoredPartition) => Pick<Owner, 'partition' | 'outbox'>;
  readonly canaries: Pick<Canaries, 'setPartitions'>;
  readonly onTakenOver: (partitions: readonly number[], tookMs: number) => void;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
}): Ownership {
  const { restore, open, canaries, onTakenOver, now } = options;
  let owners: ReadonlyMap<number, Owner> = new Map();
  let generation = 0;

  function releaseAll(): void {
    generation += 1;
    for (const { outbox } of owners.values()) outbox.close();
    owners = new Map();
    canaries.setPartitions([], now());
  }

  return {
    owners: () => owners,
    generation: () => generation,
    releaseAll,
    async takeOver(partitionsOf) {
      releaseAll();
      const generationBefore = generation;
      const partitions = partitionsOf.get('observations') ?? [];
      const beganMs = performance.now();
      const restored = await restore(partitions);
      const starts = new Map<TopicPartition, string>();
      if (generationBefore !== generation) return starts;
      const next = new Map<number, Owner>();
      for (const [partitionNumber, from] of restored) {
        const opened = open(from);
        next.set(partitionNumber, {
          ...opened,
          eventsBefore: from.publishedTo,
          committed: opened.partition.position(),
        });
        starts.set(`observations/${partitionNumber}`, String(from.position.observations));
        starts.set(`commands/${partitionNumber}`, String(from.commandsRead));
      }
      owners = next;
      canaries.setPartitions(next.keys(), now());
      onTakenOver(partitions, Math.round(performance.now() - beganMs));
      return starts;
    },
  };
}
