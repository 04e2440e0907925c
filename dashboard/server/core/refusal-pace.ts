/**
 * Limits how many refused requests without a login are written to the audit trail: anyone can send such requests, and
 * they must not fill the trail. The next record has the number of refusals that were left out.
 */
import { minuteMs } from '../../../contracts/durations.ts';

/** Maximum number of records for one address in a minute (ours). */
const perAddressMax = 3;
/** Maximum number of records for all addresses in a minute (ours). */
const inAllMax = 30;

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
 * @returns undefined if the refusal is not to be recorded; otherwise the number of refusals that were left out before
 * this refusal
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
