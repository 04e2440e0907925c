/**
 * Keeps the newest canary of each partition. A canary is a test reading: it shows that readings arrive in its
 * partition.
 */

import type { CanarySightRecord } from '../../contracts/messages/records.ts';
import { atMostNow } from '../../contracts/steady-time.ts';
import { formatInstant } from '../../contracts/time.ts';
import { createHistogram, type Histogram, observe } from '../../process/histogram.ts';

export type Canaries = {
  /**
   * Times from the receipt of a canary at the gateway to its receipt in this process, ms; 0 if the clock of this
   * process is behind the gateway's clock.
   */
  readonly tookMs: Histogram;
  /** Sets the partitions that this process judges, and forgets all canaries. */
  setPartitions(partitions: Iterable<number>, nowMs: number): void;
  /** @param receivedMs the receipt at the gateway, by the gateway's clock, ms since 1970 */
  receive(partition: number, receivedMs: number, nowMs: number): void;
  /** Returns the record for the topic `canary`; undefined before the first canary. */
  report(): CanarySightRecord | undefined;
  /**
   * Returns the age of each partition's newest canary, ms. Without a canary, the age counts from the time at which this
   * process became the owner of the partition.
   */
  agesMs(nowMs: number): readonly (readonly [partition: string, ageMs: number])[];
};

export function createCanaries(): Canaries {
  const tookMs = createHistogram(1, 16);
  let owned = new Map<number, { readonly sinceMs: number; receivedMs: number | undefined }>();
  return {
    tookMs,
    setPartitions(partitions, nowMs) {
      owned = new Map([...partitions].map((partition) => [partition, { sinceMs: nowMs, receivedMs: undefined }]));
    },
    receive(partition, receivedMs, nowMs) {
      const partitionState = owned.get(partition);
      if (!partitionState) return;
      const receivedMsNotAhead = atMostNow(receivedMs, nowMs);
      if (receivedMsNotAhead <= (partitionState.receivedMs ?? Number.NEGATIVE_INFINITY)) return;
      partitionState.receivedMs = receivedMsNotAhead;
      observe(tookMs, nowMs - receivedMsNotAhead);
    },
    report() {
      const judged = [...owned].flatMap(([partition, { receivedMs }]) =>
        receivedMs === undefined ? [] : [{ partition, receivedAt: formatInstant(receivedMs) }],
      );
      return judged.length > 0 ? { judged } : undefined;
    },
    agesMs: (nowMs) =>
      [...owned].map(([partition, { sinceMs, receivedMs }]) => [
        String(partition),
        Math.max(0, nowMs - (receivedMs ?? sinceMs)),
      ]),
  };
}
