/** What the gateway measures besides its counters. Numbers are changed in place, so that a reading costs one addition. `metrics.ts` shows them. */

import { type DeviceTopicKind, deviceTopicKinds, forDeviceTopics } from '../contracts/topics.ts';
import { createHistogram, type Histogram } from '../process/histogram.ts';
import type { ContinuityCounts } from './core/continuity.ts';

/** `other`: published to a topic that does not belong to the device. */
export type ReadingKind = DeviceTopicKind | 'other';
export const readingKinds: readonly ReadingKind[] = [...deviceTopicKinds, 'other'];

/** The outcomes of published messages, by kind. */
export type ReadingCounts = {
  appended: number;
  /** Appended; a copy with the reason is in `rejected`, because some of its values are not used. */
  appendedInPart: number;
  rejected: number;
  /** Perhaps not in Kafka: not acknowledged; the device sends it again. */
  failed: number;
};

export type Measures = {
  readonly readings: Readonly<Record<ReadingKind, ReadingCounts>>;
  /** How the numbers of devices continue, by topic. */
  readonly numbers: Readonly<Record<DeviceTopicKind, ContinuityCounts>>;
  /** By error code; at most as many as there are codes. */
  readonly rejections: Map<string, number>;
  /** By cause. */
  readonly ends: Map<string, number>;
  /** From the last byte of a PUBLISH until its acknowledgement is written, ms: 0.5 ms to 65 s. */
  readonly ackMs: Histogram;
  /** How long connections waited to be let in, ms: 1 ms to 33 s. */
  readonly admissionMs: Histogram;
  /** From CONNECT until its claim is read in the log, ms: 1 ms to 33 s. */
  readonly claimMs: Histogram;
  /** Sealing one record, every 64th, µs: 1 µs to 32 ms. */
  readonly sealUs: Histogram;
  /** Batches that Kafka took: records (1 to 16,384) and bytes (256 B to 1 MiB). */
  readonly batchRecords: Histogram;
  readonly batchBytes: Histogram;
  /** From the first attempt to append a batch until Kafka's answer, ms. */
  readonly appendMs: Histogram;
};

export function createMeasures(): Measures {
  const fresh = (): ReadingCounts => ({ appended: 0, appendedInPart: 0, rejected: 0, failed: 0 });
  const numbers = (): ContinuityCounts => ({ missing: 0, filled: 0, repeated: 0, odd: 0 });
  return {
    readings: { ...forDeviceTopics(fresh), other: fresh() },
    numbers: forDeviceTopics(numbers),
    rejections: new Map(),
    ends: new Map(),
    ackMs: createHistogram(0.5, 18),
    admissionMs: createHistogram(1, 16),
    claimMs: createHistogram(1, 16),
    sealUs: createHistogram(1, 16),
    batchRecords: createHistogram(1, 15),
    batchBytes: createHistogram(256, 13),
    appendMs: createHistogram(0.5, 18),
  };
}

export function bump(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
