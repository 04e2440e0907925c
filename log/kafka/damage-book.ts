/** Counts the damaged batches that a process has read from Kafka, and logs each batch once. */
import type { Logger } from 'pino';
import type { Metrics } from '../../process/metrics.ts';
import { type Damage, onDamagedBatch } from './damage.ts';

export type DamageBook = {
  /** Number of damaged batches by topic. A batch counts once, no matter how often it is read. */
  readonly batches: ReadonlyMap<string, number>;
  readonly total: number;
  /** When the last damaged batch was found, ms since 1970; undefined if no batch was damaged. */
  readonly lastAtMs: number | undefined;
  close(): void;
};

/** Most damaged batches that are remembered. Further batches count again each time they are read. */
const placesMax = 10_000;

export function openDamageBook(log: Pick<Logger, 'error'>): DamageBook {
  const batches = new Map<string, number>();
  const places = new Set<string>();
  let total = 0;
  let lastAtMs: number | undefined;
  const close = onDamagedBatch((damage) => {
    const place = placeOf(damage);
    if (places.has(place)) return;
    if (places.size < placesMax) places.add(place);
    total += 1;
    lastAtMs = Date.now();
    batches.set(damage.topic, (batches.get(damage.topic) ?? 0) + 1);
    const { topic, partition, firstOffset, lastOffset, reason, saved } = damage;
    const offsets = { firstOffset: firstOffset?.toString(), lastOffset: lastOffset?.toString() };
    log.error(
      { topic, partition, ...offsets, reason, saved },
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

/** @param damage returns undefined until the log is open */
export function addDamageMetrics(metrics: Metrics, damage: () => DamageBook | undefined): void {
  metrics.counter(
    'vigil_kafka_damaged_batches_total',
    'Damaged batches in Kafka. The log of the process names the place of each batch.',
    () => damage()?.batches ?? [],
    'topic',
  );
}

function placeOf({ topic, partition, firstOffset, lastOffset }: Damage): string {
  return `${topic}/${partition}/${firstOffset ?? ''}/${lastOffset ?? ''}`;
}
