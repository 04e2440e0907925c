/**
 * Computes between which limits the error of a device's clock lies, so that the gateway can say when a reading was measured and whose it
 * is. The difference (receive time minus device time) is the error plus the delay. The delay is never negative. So a clock is behind by
 * at most the difference of any message. A rising difference proves nothing: the clock was set back, or the way became slower. So the
 * smallest difference stays the lower limit until there is proof that the clock was set. The upper limit comes from the newest message.
 * A positive error means that the clock is behind.
 */
import { clockToleranceMs, type DeviceClock, lateMsMax } from '../../contracts/device-clock.ts';

/** How far the instant of measurement may lie from the corrected time (ours). */
const correctedToleranceMs = 2_000;
/** Greatest age of a reading whose clock is ahead and not measured yet (ours). */
const unknownAgeMs = 60_000;

export type ClockError = {
  /** The smallest difference since the last proof that the clock was set. It never rises. */
  readonly leastMs: number;
  /** `leastMs` has stayed the same for so long that it is the clock's error and not a delay. */
  readonly measured: boolean;
  /** The latest device time of all messages. A clock that was behind by at most `mostMs` wrote all earlier times. */
  readonly newestMs: number;
  readonly mostMs: number;
  /** Set when the clock was set: times before `untilMs` may have been written with the old error. */
  readonly former: { readonly untilMs: number; readonly leastMs: number; readonly mostMs: number } | null;
};

/** Takes the time of one more message. @param clock the estimate after the message; null before the first message */
export function noteError(
  error: ClockError | null,
  clock: DeviceClock,
  timeMs: number,
  receivedAtMs: number,
): ClockError {
  const difference = receivedAtMs - timeMs;
  if (error === null)
    return { leastMs: difference, measured: false, newestMs: timeMs, mostMs: difference, former: null };
  // The clock was set forward. Readings from before may come after this message, as a backlog.
  if (difference < error.leastMs - clockToleranceMs) return restartError(error, timeMs, receivedAtMs);
  const isNewest = timeMs > error.newestMs;
  const leastMs = Math.min(error.leastMs, difference);
  const steadyMs = clock.pace?.steadyMs ?? Number.POSITIVE_INFINITY;
  const isMeasuredNow = !error.measured && steadyMs - leastMs <= clockToleranceMs;
  return {
    leastMs,
    measured: error.measured || isMeasuredNow,
    newestMs: isNewest ? timeMs : error.newestMs,
    mostMs: isNewest ? difference : error.mostMs,
    // A backlog does not keep the pace of real time, so it is over.
    former: isMeasuredNow ? null : error.former,
  };
}

/** Drops the limits, except for times that were written before. */
export function restartError({ leastMs, former }: ClockError, timeMs: number, receivedAtMs: number): ClockError {
  const difference = receivedAtMs - timeMs;
  return {
    leastMs: difference,
    measured: false,
    newestMs: timeMs,
    mostMs: difference,
    former: {
      untilMs: Math.max(timeMs, receivedAtMs - leastMs),
      leastMs: Math.min(leastMs, former?.leastMs ?? leastMs),
      mostMs: Math.max(leastMs, former?.mostMs ?? leastMs),
    },
  };
}

/**
 * Whether a birth message comes so much later than the limit explains that the limit is dropped. A device sends a birth message when it
 * connects, with its time at that moment. A smaller difference keeps the limit: a doubt of some seconds costs little, and a slower
 * network explains it.
 */
export function isTooLateForLimits({ leastMs }: ClockError, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - leastMs > lateMsMax;
}

/** Whether something is known of the clock: its error is measured, or a message has shown that it is right within `lateMsMax`. */
export function isErrorKnown(error: ClockError | null): error is ClockError {
  return error !== null && (error.measured || Math.abs(error.leastMs) <= lateMsMax);
}

/** From `fromMs` to `toMs`, both included. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * Returns when a reading was measured, on the gateway's clock, as exactly as that is known.
 * - The upper limit of the error is near the lower one (this reading, or a later message, came about as fast as any): at the reading's
 *   own time if the clock is right, otherwise around the corrected time.
 * - The upper limit is not near: from the time by the lower limit to the time by the upper limit. For the newest reading, the latter is
 *   its receipt.
 * - Nothing is known: between its own time and its receipt.
 * @param others the errors of other starts of the device and of its connection (a birth message may have no number). If one of them
 * agrees with `error` at a later time, the clock was not set in between
 */
export function whenMeasured(
  error: ClockError | null,
  timeMs: number,
  receivedAtMs: number,
  others: readonly { readonly error: ClockError | null }[] = [],
): Span {
  // A time ahead of its receipt shows that the clock is ahead, but not by how much.
  if (error === null)
    return span(timeMs <= receivedAtMs ? timeMs : receivedAtMs - unknownAgeMs, receivedAtMs, receivedAtMs);
  const { leastMs, measured, former } = error;
  const isRight = Math.abs(leastMs) <= clockToleranceMs;
  const nearMs = isRight ? clockToleranceMs : leastMs + correctedToleranceMs;
  const mostMs = Math.min(receivedAtMs - timeMs, mostBefore(error, timeMs));
  const isNear = mostMs <= nearMs || others.some((other) => mostBefore(other.error, timeMs) <= nearMs);
  const isFormer = former !== null && timeMs < former.untilMs;
  if (isRight && isNear && !isFormer) return { fromMs: timeMs, toMs: timeMs };
  let fromMs = timeMs;
  if (!isRight && measured) fromMs += leastMs - correctedToleranceMs;
  else if (leastMs < -clockToleranceMs) fromMs += leastMs - unknownAgeMs;
  let toMs = timeMs + (isNear ? leastMs : mostMs) + correctedToleranceMs;
  if (isFormer) {
    fromMs = Math.min(fromMs, timeMs + former.leastMs - correctedToleranceMs);
    toMs = Math.max(toMs, timeMs + former.mostMs + correctedToleranceMs);
  }
  // The clock was ahead when the device connected, and is set right then. Devices do this when they reach a time server.
  if (!isRight && Math.abs(receivedAtMs - timeMs) <= clockToleranceMs) toMs = receivedAtMs;
  return span(fromMs, toMs, receivedAtMs);
}

/** How far the clock that wrote `timeMs` was behind at most, according to a message with a later time. */
function mostBefore(error: ClockError | null, timeMs: number): number {
  return error !== null && timeMs <= error.newestMs ? error.mostMs : Number.POSITIVE_INFINITY;
}

/** Nothing is measured after it was received. */
function span(fromMs: number, toMs: number, receivedAtMs: number): Span {
  const lastMs = Math.min(toMs, receivedAtMs);
  return { fromMs: Math.min(fromMs, lastMs), toMs: lastMs };
}
