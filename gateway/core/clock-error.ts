/**
 * Computes a lower and an upper limit of the error of a device's clock. From these limits the gateway computes when a
 * reading was measured, and so to which patient the reading belongs. A positive error means that the device's clock is
 * behind the gateway's clock.
 *
 * The difference of a message (receive time minus device time) is the error plus the delay of the message. The delay is
 * never negative. So the error is at most the difference of each message. If the difference rises, either the clock was
 * set back or the delay grew; the difference alone does not show which. So the smallest difference stays the lower
 * limit until something else proves that the clock was set. The upper limit is the difference of the newest message.
 */
import { clockToleranceMs, type DeviceClock, lateMsMax } from '../../contracts/device-clock.ts';

/** Maximum distance between the instant of measurement and the corrected device time (chosen for Vigil). */
const correctedToleranceMs = 2_000;
/** Maximum age of a reading if the device's clock is ahead and its error is not measured yet (chosen for Vigil). */
const unknownAgeMs = 60_000;
/**
 * Maximum time that a clock gains or loses, as a part of the elapsed time (chosen for Vigil; most quartz clocks gain or
 * lose less than half of this).
 */
const driftRatioMax = 200e-6;
/** Largest drift that does not widen the span of a reading (chosen for Vigil). */
const ignoredDriftMs = 100;

export type ClockError = {
  /**
   * Lower limit of the error: the smallest difference since the last proof that the clock was set. This limit never
   * rises.
   */
  readonly lowerMs: number;
  /** Whether `lowerMs` was steady for so long that it is the error of the clock and not a delay. */
  readonly isMeasured: boolean;
  /**
   * Latest device time of the messages since the limits began, or since a newer reading had an earlier time. When the
   * device wrote this time or an earlier time, its clock was behind by at most `upperMs`.
   */
  readonly newestTimeMs: number;
  readonly upperMs: number;
  /** The limits before the clock was set. Device times before `untilMs` may still have the former error. */
  readonly former: { readonly untilMs: number; readonly lowerMs: number; readonly upperMs: number } | null;
  /**
   * The lower limit from before the clock was set back, if this limit shows that the clock was ahead; otherwise null.
   * The clock may still be ahead by up to this value, because the delay of a stored reading can hide how far the clock
   * is ahead now. So this limit is used until the error is measured.
   */
  readonly aheadMs: number | null;
};

/**
 * Returns the limits after one more message.
 * @param error the limits before the message; null before the first message
 * @param clock the estimate of the clock after the message
 */
export function clockErrorAfter(
  error: ClockError | null,
  clock: DeviceClock,
  timeMs: number,
  receivedAtMs: number,
): ClockError {
  const differenceMs = receivedAtMs - timeMs;
  if (error === null)
    return {
      lowerMs: differenceMs,
      isMeasured: false,
      newestTimeMs: timeMs,
      upperMs: differenceMs,
      former: null,
      aheadMs: null,
    };
  if (differenceMs < error.lowerMs - clockToleranceMs) {
    if (isExplainedByFormerLimits(error, timeMs, differenceMs)) return error;
    // The clock was set forward. Readings that were written before may still come, as a backlog.
    return restartedClockError('set forward', error, timeMs, receivedAtMs);
  }
  const isNewest = timeMs > error.newestTimeMs;
  const lowerMs = Math.min(error.lowerMs, differenceMs);
  const steadyMs = clock.pace?.steadyMs ?? Number.POSITIVE_INFINITY;
  const isMeasuredNow = !error.isMeasured && steadyMs - lowerMs <= clockToleranceMs;
  return {
    lowerMs,
    isMeasured: error.isMeasured || isMeasuredNow,
    newestTimeMs: isNewest ? timeMs : error.newestTimeMs,
    upperMs: isNewest ? differenceMs : error.upperMs,
    // `isMeasuredNow`: the readings came at the pace of real time. Readings of a backlog come faster, so no backlog is
    // coming any more.
    former: isMeasuredNow ? null : error.former,
    aheadMs: isMeasuredNow ? null : error.aheadMs,
  };
}

/**
 * Returns whether the former limits explain a message: the device wrote the message before the clock was set, and sent
 * the message late.
 */
function isExplainedByFormerLimits({ former }: ClockError, timeMs: number, differenceMs: number): boolean {
  return former !== null && timeMs < former.untilMs && differenceMs >= former.lowerMs - clockToleranceMs;
}

/**
 * Returns new limits after the clock was set, or may have been set. The old limits are kept in `former` for readings
 * that the device wrote before the clock was set.
 * @param proof what showed that the clock was set. `late birth message`: a birth message does not wait in the device,
 *   so its difference is the error. `set back`: a reading showed that the clock was set back; this reading may have
 *   waited in the device
 */
export function restartedClockError(
  proof: 'set forward' | 'set back' | 'late birth message',
  error: ClockError,
  timeMs: number,
  receivedAtMs: number,
): ClockError {
  const differenceMs = receivedAtMs - timeMs;
  const { lowerMs, former } = error;
  return {
    lowerMs: differenceMs,
    isMeasured: false,
    newestTimeMs: timeMs,
    upperMs: differenceMs,
    former: {
      untilMs: Math.max(timeMs, receivedAtMs - lowerMs),
      lowerMs: Math.min(lowerMs, former?.lowerMs ?? lowerMs),
      upperMs: Math.max(lowerMs, former?.upperMs ?? lowerMs),
    },
    aheadMs: aheadAfter(proof, error),
  };
}

/** Returns `aheadMs` after the clock was set. */
function aheadAfter(proof: 'set forward' | 'set back' | 'late birth message', error: ClockError): number | null {
  switch (proof) {
    case 'set forward':
      return error.aheadMs;
    case 'late birth message':
      return null;
    case 'set back': {
      const leastMs = Math.min(error.lowerMs, error.aheadMs ?? error.lowerMs);
      return leastMs < -clockToleranceMs ? leastMs : null;
    }
  }
}

/**
 * Returns whether a birth message came so late that the lower limit of the error can no longer be trusted. A device
 * sends its birth message when it connects, with the time of that moment. A slow network explains a delay of only some
 * seconds.
 */
export function isTooLateForLimits({ lowerMs }: ClockError, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - lowerMs > lateMsMax;
}

/**
 * Returns whether the error of the clock is measured, or a message has shown that the clock is right within
 * `lateMsMax`.
 */
export function isClockErrorKnown(error: ClockError | null): error is ClockError {
  return error !== null && (error.isMeasured || Math.abs(error.lowerMs) <= lateMsMax);
}

/**
 * The newest reading that came live, so not from a backlog. `liveTimeMs`: its device time; null before the first live
 * reading. `liveDifferenceMs`: its receive time minus its device time. The clock may have gained or lost time since
 * this reading.
 */
export type LiveReading = { readonly liveTimeMs: number | null; readonly liveDifferenceMs: number };
const noLiveReading: LiveReading = { liveTimeMs: null, liveDifferenceMs: Number.NEGATIVE_INFINITY };

/** The time from `fromMs` to `toMs`, both included. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * Returns the span of time on the gateway's clock in which a reading was measured:
 * - If the upper limit of the error is close to the lower limit, the span depends on the clock. If the clock is right,
 *   the span is the reading's own time. If the clock is wrong, the span is the corrected time with a tolerance. The
 *   limits are close if this reading or a later message had a short delay.
 * - If the limits are not close, the span goes from the time corrected by the lower limit to the time corrected by the
 *   upper limit.
 * - If nothing is known about the error, the span goes from the reading's own time to its receipt.
 * - If the clock may have drifted since the last live reading, the span contains this drift on both sides.
 * @param others the limits for other starts of the device and for the connection. One of them can also show that the
 * limits are close
 * @param live the newest live reading of this start
 */
export function spanByError(
  error: ClockError | null,
  timeMs: number,
  receivedAtMs: number,
  others: readonly { readonly error: ClockError | null }[] = [],
  live: LiveReading = noLiveReading,
): Span {
  // A device time after the receipt shows that the clock is ahead, but not by how much.
  if (error === null)
    return span(timeMs <= receivedAtMs ? timeMs : receivedAtMs - unknownAgeMs, receivedAtMs, receivedAtMs);
  const { lowerMs, isMeasured, former, aheadMs } = error;
  const driftMs = driftAt(error, timeMs, live);
  const isClockRight = Math.abs(lowerMs) <= clockToleranceMs;
  const closeMs = isClockRight ? clockToleranceMs : lowerMs + correctedToleranceMs;
  const upperMs = Math.min(receivedAtMs - timeMs, upperLimitAt(error, timeMs));
  const areLimitsClose = upperMs <= closeMs || others.some((other) => upperLimitAt(other.error, timeMs) <= closeMs);
  const mayHaveFormerError = former !== null && timeMs < former.untilMs;
  const wasClockRight = live.liveDifferenceMs <= clockToleranceMs && !mayHaveFormerError && aheadMs === null;
  if (isClockRight && areLimitsClose && wasClockRight) {
    if (driftMs === 0) return { fromMs: timeMs, toMs: timeMs };
    const latestMs = timeMs + Math.max(0, Math.min(upperMs, closeMs), live.liveDifferenceMs);
    return span(timeMs + Math.min(lowerMs, 0) - driftMs, latestMs + driftMs, receivedAtMs);
  }
  let fromMs = timeMs;
  if (isClockRight && driftMs > 0) fromMs += Math.min(lowerMs, 0);
  if (!isClockRight && isMeasured) fromMs += lowerMs - correctedToleranceMs;
  else if (lowerMs < -clockToleranceMs) fromMs += lowerMs - unknownAgeMs;
  let toMs = timeMs + (areLimitsClose ? lowerMs : upperMs) + correctedToleranceMs;
  toMs = Math.max(toMs, timeMs + live.liveDifferenceMs);
  if (mayHaveFormerError) {
    fromMs = Math.min(fromMs, timeMs + former.lowerMs - correctedToleranceMs);
    toMs = Math.max(toMs, timeMs + former.upperMs + correctedToleranceMs);
  }
  if (aheadMs !== null) fromMs = Math.min(fromMs, timeMs + aheadMs - correctedToleranceMs);
  // The clock was wrong when the device connected, and is right now: a device sets its clock when it reaches a time
  // server.
  if (!isClockRight && Math.abs(receivedAtMs - timeMs) <= clockToleranceMs) toMs = receivedAtMs;
  return span(fromMs - driftMs, toMs + driftMs, receivedAtMs);
}

/**
 * Returns how much the clock may have gained or lost, ms, between a reading and the messages that show the error of the
 * clock. 0 if this drift is small (`ignoredDriftMs`).
 */
function driftAt({ newestTimeMs }: ClockError, timeMs: number, { liveTimeMs }: LiveReading): number {
  const driftMs = Math.max(newestTimeMs - timeMs, timeMs - (liveTimeMs ?? timeMs)) * driftRatioMax;
  return driftMs > ignoredDriftMs ? driftMs : 0;
}

/**
 * Returns the upper limit of how far the clock was behind when the device wrote `timeMs`. Infinity if no message had
 * the device time `timeMs` or a later device time.
 */
function upperLimitAt(error: ClockError | null, timeMs: number): number {
  return error !== null && timeMs <= error.newestTimeMs ? error.upperMs : Number.POSITIVE_INFINITY;
}

/** Returns the span, cut off at the receipt: a reading is measured before it is received. */
function span(fromMs: number, toMs: number, receivedAtMs: number): Span {
  const lastMs = Math.min(toMs, receivedAtMs);
  return { fromMs: Math.min(fromMs, lastMs), toMs: lastMs };
}
