/** Counts the damaged batches that a process has read from Kafka, and logs each batch once. */
import type { Logger } from 'pino';
import type { Metrics } from '../../process/metrics.ts';
import { type Damage, onDamagedBatch } from './damage.ts';

export type DamageBook = {
  /**
   * Number of damaged batches by topic. A batch counts once, no matter how often it is read. All batches of a partition
   * whose offsets are unknown count as one batch.
   */
  readonly batches: ReadonlyMap<string, number>;
  readonly total: number;
  /** When the last damaged batch was found, ms since 1970; undefined if no batch was damaged. */
  readonly lastAtMs: number | undefined;
  close(): void;
};

/** Maximum number of damaged batches that are remembered. Further batches count again each time they are read. */
const batchesMax = 10_000;

export function openDamageBook(log: Pick<Logger, 'error'>): DamageBook {
  const batches = new Map<string, number>();
  const knownBatches = new Set<string>();
  let total = 0;
  let lastAtMs: number | undefined;
  const close = onDamagedBatch((damage) => {
    const id = batchIdOf(damage);
    if (knownBatches.has(id)) return;
    if (knownBatches.size < batchesMax) knownBatches.add(id);
    total += 1;
    lastAtMs = Date.now();
    batches.set(damage.topic, (batches.get(damage.topic) ?? 0) + 1);
    const { topic, partition, firstOffset, lastOffset, reason, savedRecords } = damage;
    const offsets = { firstOffset: firstOffset?.toString(), lastOffset: lastOffset?.toString() };
    log.error(
      { topic, partition, ...offsets, reason, saved: savedRecords },
      'a batch in Kafka is damaged, reading continues after it',
    );
  });
  return {
    batches,
    get total() {
      return total;
    },
    get lastAtMs() {
      return lastAtMs;
    },
    close,
  };
}

/** Adds the metric of damaged batches. @param damage function that returns the book; undefined until the log is open */
export function addDamageMetrics(metrics: Metrics, damage: () => DamageBook | undefined): void {
  metrics.counter(
    'vigil_kafka_damaged_batches_total',
    'Damaged batches in Kafka. The log of the process names the topic, partition and offsets of each batch.',
    () => damage()?.batches ?? [],
    'topic',
  );
}

function batchIdOf({ topic, partition, firstOffset, lastOffset }: Damage): string {
  return `${topic}/${partition}/${firstOffset ?? ''}/${lastOffset ?? ''}`;
}
