/** Measures how long the sealing of records takes. */
import type { DataKey, Sealer } from '../log/envelope/sealer.ts';
import { observe } from '../process/histogram.ts';
import type { Measures } from './measures.ts';

const sealSample = 64;

/** Returns a sealer that measures the time for every 64th record. */
export function timedSealer(sealer: Sealer, { sealUs }: Measures): Sealer {
  let untilNext = 1;
  return {
    ...sealer,
    seal(key: DataKey, place, contentType, plaintext) {
      untilNext -= 1;
      if (untilNext > 0) return sealer.seal(key, place, contentType, plaintext);
      untilNext = sealSample;
      const startedMs = performance.now();
      const value = sealer.seal(key, place, contentType, plaintext);
      observe(sealUs, (performance.now() - startedMs) * 1000);
      return value;
    },
  };
}
