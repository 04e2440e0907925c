/** The canaries that an alarm processor received, by partition. They show that readings arrive in each partition. */

import type { CanarySightRecord } from '../../contracts/messages/records.ts';
import { notAhead } from '../../contracts/steady-time.ts';
import { formatInstant } from '../../contracts/time.ts';
import { createHistogram, type Histogram, observe } from '../../process/histogram.ts';

export type Canaries = {
  /** Time from the gateway's receipt of a canary to its arrival here, ms; 0 if the clock here is behind the gateway's. */
  readonly tookMs: Histogram;
  /** From now on this process judges these partitions. */
  own(partitions: Iterable<number>, nowMs: number): void;
  /** @param receivedMs by the gateway's clock */
  met(partition: number, receivedMs: number, nowMs: number): void;
  /** Returns the record for `canary`; undefined before the first canary. */
  sight(): CanarySightRecord | undefined;
  /** By partition, the age of the newest canary, ms. Without one, how long this process has judged the partition. */
  agesMs(nowMs: number): readonly (readonly [partition: string, ageMs: number])[];
};

export function createCanaries(): Canaries {
  const tookMs = createHistogram(1, 16);
  let owned = new Map<number, { readonly sinceMs: number; receivedMs: number | undefined }>();
  return {
    tookMs,
    own(partitions, nowMs) {
      owned = new Map([...partitions].map((partition) => [partition, { sinceMs: nowMs, receivedMs: undefined }]));
    },
    met(partition, receivedMs, nowMs) {
      const lane = owned.get(partition);
      if (!lane) return;
      const seenMs = notAhead(receivedMs, nowMs);
      if (seenMs <= (lane.receivedMs ?? Number.NEGATIVE_INFINITY)) return;
      lane.receivedMs = seenMs;
      observe(tookMs, nowMs - seenMs);
    },
    sight() {
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
