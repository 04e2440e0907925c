/**
 * Is a reading late, or is the device's clock wrong? Both make the device's time differ from the gateway's. A smaller
 * difference than the accepted one can only be the clock; a larger one is taken for lateness until old times have come at the
 * pace of real time for a while: a backlog comes faster, a wrong clock does not.
 */
import { lateMsMax, skewProofMs, skewProofReadings } from './tuning.ts';

export type Clock = {
  /** Gateway's clock minus device's, as accepted: 0 while they agree within `lateMsMax`. */
  readonly offsetMs: number;
  /** Where the present run of old readings at real pace began. */
  readonly run: { readonly time: number; readonly receivedAt: number; readonly readings: number } | null;
};

export const initialClock: Clock = { offsetMs: 0, run: null };

export type Assessment = {
  readonly clock: Clock;
  /** Not about now. */
  readonly late: boolean;
  /** The device's clock was set: its time line may jump, back as well. */
  readonly stepped: boolean;
};

export function assess(clock: Clock, time: number, receivedAt: number): Assessment {
  const offset = receivedAt - time;
  if (Math.abs(offset) <= lateMsMax) return { clock: initialClock, late: false, stepped: clock.offsetMs !== 0 };
  const difference = offset - clock.offsetMs;
  if (Math.abs(difference) <= lateMsMax) return { clock: { ...clock, run: null }, late: false, stepped: false };
  if (difference < 0) return { clock: { offsetMs: offset, run: null }, late: false, stepped: true };
  const run = continued(clock.run, time, receivedAt) ?? { time, receivedAt, readings: 1 };
  if (receivedAt - run.receivedAt >= skewProofMs && run.readings >= skewProofReadings)
    return { clock: { offsetMs: offset, run: null }, late: false, stepped: true };
  return { clock: { ...clock, run }, late: true, stepped: false };
}

/** The run with one more reading, undefined where the reading breaks its pace. */
function continued(run: Clock['run'], time: number, receivedAt: number): Clock['run'] | undefined {
  if (run === null) return undefined;
  const passed = receivedAt - run.receivedAt;
  const tolerance = 2_000 + passed * 0.1;
  return passed >= 0 && Math.abs(time - run.time - passed) <= tolerance
    ? { ...run, readings: run.readings + 1 }
    : undefined;
}

export function skewed(clock: Clock): boolean {
  return Math.abs(clock.offsetMs) > lateMsMax;
}
