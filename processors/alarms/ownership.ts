/**
 * The partitions that this processor owns, from an assignment to the next one.
 *
 * Guarantees: an assignment lets go of all former partitions before it restores the new ones. A partition that was let go writes
 * no more events. If a later assignment comes during a restore, that restore changes nothing. `generation` grows each time partitions are let go: work that
 * waits for something compares it before and after, and stops where it has grown.
 */
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import type { Canaries } from './canaries.ts';
import type { Position } from './held.ts';
import type { Outbox } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Outgoing } from './published.ts';
import type { RestoredPartition } from './restore.ts';

export type Owner = {
  readonly partition: Partition;
  readonly outbox: Outbox<Outgoing>;
  /** The snapshots that are written include what `alarms` holds before this offset. */
  eventsBefore: bigint;
  /** What the group has committed. */
  committed: Position;
};

export type Ownership = {
  /** The owned partitions by their number. */
  owners(): ReadonlyMap<number, Owner>;
  generation(): number;
  /**
   * Takes over what Kafka assigned, in place of all that was owned before.
   * @returns where to read on; empty where a later assignment came meanwhile
   */
  takeOver(partitionsOf: ReadonlyMap<KafkaTopic, readonly number[]>): Promise<ReadonlyMap<TopicPartition, string>>;
  letGo(): void;
};

export function createOwnership(options: {
  /** Reads from Kafka what the last owners of these partitions left. */
  readonly restore: (partitions: readonly number[]) => Promise<ReadonlyMap<number, RestoredPartition>>;
  readonly open: (restored: RestoredPartition) => Pick<Owner, 'partition' | 'outbox'>;
  readonly canaries: Pick<Canaries, 'own'>;
  readonly onTaken: (partitions: readonly number[], tookMs: number) => void;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
}): Ownership {
  const { restore, open, canaries, onTaken, now } = options;
  let owners: ReadonlyMap<number, Owner> = new Map();
  let generation = 0;

  function letGo(): void {
    generation += 1;
    for (const { outbox } of owners.values()) outbox.close();
    owners = new Map();
    canaries.own([], now());
  }

  return {
    owners: () => owners,
    generation: () => generation,
    letGo,
    async takeOver(partitionsOf) {
      letGo();
      const mine = generation;
      const partitions = partitionsOf.get('observations') ?? [];
      const beganMs = performance.now();
      const restored = await restore(partitions);
      const starts = new Map<TopicPartition, string>();
      if (mine !== generation) return starts;
      const next = new Map<number, Owner>();
      for (const [p, from] of restored) {
        const opened = open(from);
        next.set(p, { ...opened, eventsBefore: from.toldTo, committed: opened.partition.position() });
        starts.set(`observations/${p}`, String(from.position.observations));
        starts.set(`commands/${p}`, String(from.commandsRead));
      }
      owners = next;
      canaries.own(next.keys(), now());
      onTaken(partitions, Math.round(performance.now() - beganMs));
      return starts;
    },
  };
}
