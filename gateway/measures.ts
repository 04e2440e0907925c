/**
 * The gateway's measurements besides its counters (`metrics.ts` publishes them). Numbers are changed in place, to be
 * fast.
 */

import type { ContinuityCounts } from '../contracts/continuity.ts';
import { type DeviceTopicKind, deviceTopicKinds, forDeviceTopics } from '../contracts/topics.ts';
import { createHistogram, type Histogram } from '../process/histogram.ts';

/** The kind of a published message. `other`: the topic does not belong to the device. */
export type ReadingKind = DeviceTopicKind | 'other';
export const readingKinds: readonly ReadingKind[] = [...deviceTopicKinds, 'other'];

/** Numbers of published messages by their outcome. */
export type ReadingCounts = {
  appended: number;
  /** Appended, with a copy in `rejected`, because some values are not used. */
  appendedInPart: number;
  /** Refused, or kept apart because the patient is not clear. */
  rejected: number;
  /**
   * Not acknowledged: it is not certain that the message is in Kafka, or the device is not served. The device sends the
   * message again, except at QoS 0.
   */
  failed: number;
};

export type Measures = {
  readonly readings: Readonly<Record<ReadingKind, ReadingCounts>>;
  /**
   * Counts of the sequence numbers of readings: missing, filled later, or repeated (contracts/continuity.ts); by topic.
   */
  readonly numbers: Readonly<Record<DeviceTopicKind, ContinuityCounts>>;
  /** Numbers of refused messages, and of readings that are kept apart, by error code. */
  readonly rejections: Map<string, number>;
  /** Numbers of ended connections by cause. */
  readonly ends: Map<string, number>;
  /**
   * Time from the last byte of a PUBLISH until its acknowledgement is written, ms. The buckets go from 0.5 ms to 65 s.
   */
  readonly ackMs: Histogram;
  /** Time for which connections waited for their TLS handshake, ms. The buckets go from 1 ms to 33 s. */
  readonly admissionMs: Histogram;
  /** Time from CONNECT until the claim is read in the log, ms. The buckets go from 1 ms to 33 s. */
  readonly claimMs: Histogram;
  /** Time for sealing one record, measured at every 64th record, µs. The buckets go from 1 µs to 32 ms. */
  readonly sealUs: Histogram;
  /** Number of records in a batch that Kafka accepted. The buckets go from 1 to 16,384. */
  readonly batchRecords: Histogram;
  /** Number of bytes in a batch that Kafka accepted. The buckets go from 256 B to 1 MiB. */
  readonly batchBytes: Histogram;
  /** Time from the first attempt to append a batch until Kafka's answer, ms. */
  readonly appendMs: Histogram;
};

export function createMeasures(): Measures {
  const newReadingCounts = (): ReadingCounts => ({ appended: 0, appendedInPart: 0, rejected: 0, failed: 0 });
  const newContinuityCounts = (): ContinuityCounts => ({ missing: 0, filled: 0, repeated: 0, odd: 0 });
  return {
    readings: { ...forDeviceTopics(newReadingCounts), other: newReadingCounts() },
    numbers: forDeviceTopics(newContinuityCounts),
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

export function incrementCount(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
