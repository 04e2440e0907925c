/** The canaries that an alarm processor met, by partition: that its way of readings works, partition by partition. */

import type { CanarySightRecord } from '../../contracts/messages/records.ts';
import { notAhead } from '../../contracts/steady-time.ts';
import { formatInstant } from '../../contracts/time.ts';
import { createHistogram, type Histogram, observe } from '../../process/histogram.ts';

export type Canaries = {
  /** From the gateway having received a canary to it being met here, ms; a clock that is behind the gateway's makes it 0. */
  readonly tookMs: Histogram;
  /** These partitions are judged here from now on. */
  own(partitions: Iterable<number>, nowMs: number): void;
  /** @param receivedMs by the gateway's clock */
  met(partition: number, receivedMs: number, nowMs: number): void;
  /** What is written to `canary`; undefined where none was met yet. */
  sight(): CanarySightRecord | undefined;
  /** By partition, how long ago the newest was received, ms; how long it is judged here where none was met. */
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
