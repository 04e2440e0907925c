/**
 * Between which limits the error of a device's clock lies, so that the gateway can say when a reading was measured and whose it is.
 * Receipt minus device time (the difference) is the error plus the delay. Delay is never negative, so a clock is at most as far behind
 * as the difference of any message says. That a difference rises proves nothing: the clock was set back, or the way became slower.
 * So the smallest difference stays the lower limit until the clock was seen to be set; the upper limit is that of the newest message.
 * Positive errors are of clocks that are behind.
 */
import { type DeviceClock, exactMs, lateMsMax } from '../../contracts/device-clock.ts';

/** How far the instant of measurement may lie from the corrected time (ours). */
const correctedToleranceMs = 2_000;
/** A clock that is ahead and not measured yet: how old a reading of it may be at most (ours). */
const unknownAgeMs = 60_000;

export type ClockError = {
  /** The smallest difference since the clock was last seen to be set. It never rises. */
  readonly leastMs: number;
  /** `leastMs` has stayed the same for long enough to be the clock's error and no delay. */
  readonly measured: boolean;
  /** The message with the latest device time: what is stated before it was written by a clock at most `mostMs` behind. */
  readonly newestMs: number;
  readonly mostMs: number;
  /** The clock was set: what is stated before `untilMs` may have been written with an error of before. */
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
  // Set forward. What was written before may come after this message, as a backlog.
  if (difference < error.leastMs - exactMs) return setClock(error, timeMs, receivedAtMs);
  const isNewest = timeMs > error.newestMs;
  const leastMs = Math.min(error.leastMs, difference);
  const steadyMs = clock.pace?.steadyMs ?? Number.POSITIVE_INFINITY;
  const isMeasuredNow = !error.measured && steadyMs - leastMs <= exactMs;
  return {
    leastMs,
    measured: error.measured || isMeasuredNow,
    newestMs: isNewest ? timeMs : error.newestMs,
    mostMs: isNewest ? difference : error.mostMs,
    // No backlog keeps the pace of real time: it is over.
    former: isMeasuredNow ? null : error.former,
  };
}

/** Forgets the limits, but for what was written before. */
function setClock({ leastMs, former }: ClockError, timeMs: number, receivedAtMs: number): ClockError {
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
 * Whether a birth message, which a device sends when it connects, with its time then, is so much later than the limit explains that
 * the limit is given up. Below it the limit holds: the doubt of some seconds costs little, and a slower way explains it.
 */
export function isDoubtedBy({ leastMs }: ClockError, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - leastMs > lateMsMax;
}

/** Takes such a birth message: the clock was set back, or the message was kept on the way. Which of the two cannot be told. */
export const noteDoubt = setClock;

/** Whether something is known of the clock: its error is measured, or a message has shown it to be right within `lateMsMax`. */
export function isKnown(error: ClockError | null): error is ClockError {
  return error !== null && (error.measured || Math.abs(error.leastMs) <= lateMsMax);
}

/** From `fromMs` to `toMs`, both included. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * When a reading was measured, on the gateway's clock, as exactly as that is known.
 * - The error has an upper limit near the lower one (the reading came about as fast as ever, or a later message did): at the reading's
 *   own time where the clock is right, else around the corrected time.
 * - It has not: from the time by the lower limit, to the time by the upper one; for the newest reading that is its receipt.
 * - Nothing is known: between its own time and its receipt.
 * @param others of other starts of the device and of its connection (a birth message may come without a number): one that agrees with
 * `error` at a later time shows that the clock was not set in between
 */
export function whenMeasured(
  error: ClockError | null,
  timeMs: number,
  receivedAtMs: number,
  others: readonly { readonly error: ClockError | null }[] = [],
): Span {
  // A time ahead of its receipt shows a clock that is ahead, and not by how much.
  if (error === null)
    return span(timeMs <= receivedAtMs ? timeMs : receivedAtMs - unknownAgeMs, receivedAtMs, receivedAtMs);
  const { leastMs, measured, former } = error;
  const isRight = Math.abs(leastMs) <= exactMs;
  const nearMs = isRight ? exactMs : leastMs + correctedToleranceMs;
  const mostMs = Math.min(receivedAtMs - timeMs, mostBefore(error, timeMs));
  const isNear = mostMs <= nearMs || others.some((other) => mostBefore(other.error, timeMs) <= nearMs);
  const isFormer = former !== null && timeMs < former.untilMs;
  if (isRight && isNear && !isFormer) return { fromMs: timeMs, toMs: timeMs };
  let fromMs = timeMs;
  if (!isRight && measured) fromMs += leastMs - correctedToleranceMs;
  else if (leastMs < -exactMs) fromMs += leastMs - unknownAgeMs;
  let toMs = timeMs + (isNear ? leastMs : mostMs) + correctedToleranceMs;
  if (isFormer) {
    fromMs = Math.min(fromMs, timeMs + former.leastMs - correctedToleranceMs);
    toMs = Math.max(toMs, timeMs + former.mostMs + correctedToleranceMs);
  }
  // A clock that was ahead when it connected, and is set right then, as devices do when they reach a time server.
  if (!isRight && Math.abs(receivedAtMs - timeMs) <= exactMs) toMs = receivedAtMs;
  return span(fromMs, toMs, receivedAtMs);
}

/** How far the clock that wrote `timeMs` was behind at most, by a message that states a later time. */
function mostBefore(error: ClockError | null, timeMs: number): number {
  return error !== null && timeMs <= error.newestMs ? error.mostMs : Number.POSITIVE_INFINITY;
}

/** Nothing is measured after it was received. */
function span(fromMs: number, toMs: number, receivedAtMs: number): Span {
  const lastMs = Math.min(toMs, receivedAtMs);
  return { fromMs: Math.min(fromMs, lastMs), toMs: lastMs };
}
