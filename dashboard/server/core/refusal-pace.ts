/**
 * How often refusals of requests without a login are put on record: anyone can send them, and they must not fill the
 * audit trail. The refusals that are left out are counted, and the next record says how many.
 */

/** Records for one address in a minute (ours). */
const perAddressMax = 3;
/** Records for all addresses in a minute (ours). */
const inAllMax = 30;
const minuteMs = 60_000;

export type RefusalPace = {
  sinceMs: number;
  inAll: number;
  readonly byAddress: Map<string, number>;
  /** Refusals that were left out since the last record. */
  leftOut: number;
};

export const newRefusalPace = (): RefusalPace => ({
  sinceMs: Number.NEGATIVE_INFINITY,
  inAll: 0,
  byAddress: new Map(),
  leftOut: 0,
});

/**
 * Counts one refusal.
 * @param nowMs monotonic clock, ms
 * @returns how many refusals were left out before it, if it is to be recorded; otherwise undefined
 */
export function countRefusal(pace: RefusalPace, address: string, nowMs: number): number | undefined {
  if (nowMs - pace.sinceMs >= minuteMs) {
    pace.sinceMs = nowMs;
    pace.inAll = 0;
    pace.byAddress.clear();
  }
  const ofAddress = pace.byAddress.get(address) ?? 0;
  if (pace.inAll >= inAllMax || ofAddress >= perAddressMax) {
    pace.leftOut += 1;
    return undefined;
  }
  pace.inAll += 1;
  pace.byAddress.set(address, ofAddress + 1);
  const { leftOut } = pace;
  pace.leftOut = 0;
  return leftOut;
}
