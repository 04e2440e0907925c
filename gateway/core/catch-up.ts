/**
 * Follows a device that sends stored readings after its birth message. Many devices set their clock when they reach the
 * network again. If the clock is set forward after the birth message, the delay of a stored reading can hide this
 * change. So until the device has caught up, the gateway does not trust device times that are later than the time of
 * the birth message.
 */
import { assessReading, type DeviceClock, initialClock } from '../../contracts/device-clock.ts';

/** If no reading comes for this time, the device has no stored readings any more (chosen for Vigil). */
const pauseMsMax = 5_000;

/** `hasBacklog`: whether a reading has come that was measured before the birth message. */
export type CatchUp = {
  /** Device time of the birth message. */
  readonly birthTimeMs: number;
  /** Earliest time, by the gateway's clock, at which the device can have sent the birth message. */
  readonly birthSentMs: number;
  readonly hasBacklog: boolean;
  /**
   * The estimate of the clock from the readings since the birth message. Its pace shows whether stored readings still
   * come: they come faster than they were measured.
   */
  readonly clock: DeviceClock;
  /** Receive time of the newest reading; null before the first reading. */
  readonly receivedAtMs: number | null;
};

/** @param lowerMs the lower limit of the error of the clock (clock-error.ts); undefined if nothing is known */
export function catchUpAfterBirth(birthTimeMs: number, birthReceivedAtMs: number, lowerMs?: number): CatchUp {
  const birthSentMs = Math.min(birthReceivedAtMs, birthTimeMs + (lowerMs ?? Number.POSITIVE_INFINITY));
  return { birthTimeMs, birthSentMs, hasBacklog: false, clock: initialClock, receivedAtMs: null };
}

/** Returns the state after one more reading; null if the device has caught up. */
export function catchUpAfterReading(catchUp: CatchUp, timeMs: number, receivedAtMs: number): CatchUp | null {
  if (hasPaused(catchUp, receivedAtMs)) return null;
  const { clock } = assessReading(catchUp.clock, timeMs, receivedAtMs);
  if (clock.pace != null && clock.pace.steadyMs !== null) return null;
  return { ...catchUp, hasBacklog: catchUp.hasBacklog || timeMs <= catchUp.birthTimeMs, clock, receivedAtMs };
}

/**
 * Assumes that the clock was set forward after the birth message. Returns the earliest time, by the gateway's clock, at
 * which the reading can then have been measured. Infinity if the gateway would have noticed such a change of the clock.
 */
export function earliestIfSetForward(catchUp: CatchUp | null, timeMs: number, receivedAtMs: number): number {
  if (catchUp === null || !catchUp.hasBacklog || timeMs <= catchUp.birthTimeMs) return Number.POSITIVE_INFINITY;
  return hasPaused(catchUp, receivedAtMs) ? Number.POSITIVE_INFINITY : catchUp.birthSentMs;
}

/** Returns whether no reading came for so long that the device has no stored readings any more. */
function hasPaused(catchUp: CatchUp, receivedAtMs: number): boolean {
  return catchUp.receivedAtMs !== null && receivedAtMs - catchUp.receivedAtMs > pauseMsMax;
}
