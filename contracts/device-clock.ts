/**
 * Estimates the error of a device's clock. A reading carries the device's time, and the gateway adds its own time at
 * receipt. The difference of these times is the error of the clock plus the transmission delay. A delay is never
 * negative, so the smallest recent difference is the best estimate. During a backlog the differences shrink, because
 * readings arrive faster than they were measured. With a wrong clock, or with a constant delay, the differences stay
 * the same.
 *
 * The estimate counts a constant delay as a clock error. The alarm engine still uses the estimate to decide whether a
 * reading is late, and the dashboard to show how old a value is. The gateway decides which patient a reading belongs to
 * and must not guess, so it computes bounds of the error instead (gateway/core/clock-error.ts).
 */

/**
 * A reading that the gateway receives later than this after its time is late, if the error of the device's clock does
 * not explain the difference. A clock that is wrong by more than this is skewed (CLINICAL: an alarm must reach a screen
 * within 10 s).
 */
export const lateMsMax = 10_000;

/**
 * How long, and for how many readings, the difference must stay the same: then it is the clock's error and not a delay
 * (our choice).
 */
const skewProofMs = 10_000;
const skewProofReadings = 3;

/** Two windows give a measured error only if their smallest differences are at most this far apart, ms (our choice). */
const agreeMsMax = 500;
/**
 * If a difference is smaller than the measured error by more than this, somebody set the device's clock, and the
 * measured error is void.
 */
const clockSetMsMin = 2_000;

/**
 * A clock with an error of at most this is treated as right. If a device's times go back by at most this, its clock
 * was not set back (our choice).
 */
export const clockToleranceMs = 2_000;

/** Screens do not show a clock error below this. But screens correct the age of a value for every error. */
export const clockErrorShownMsMin = 3_000;

/**
 * The recent differences (receive time − device time), in windows that follow each other. Each window lasts at least
 * half of `skewProofMs`, and has at least two readings.
 */
export type Pace = {
  /**
   * Receive time at which the current window began. The first reading of a window is also the last reading of the
   * former window.
   */
  readonly sinceMs: number;
  readonly readings: number;
  /** The smallest difference in the current window. */
  readonly leastMs: number;
  /** The smallest difference in the former window; null if there is no former window. */
  readonly beforeMs: number | null;
  /** The measured error of the clock: positive if the clock is behind. Null until two windows agree. */
  readonly steadyMs: number | null;
};

/** What is known about a device's clock. This is plain JSON, because the engine's state contains it. */
export type DeviceClock = {
  /**
   * The error that is used to decide whether a reading is late: gateway's clock minus device's clock; 0 if they agree
   * within `lateMsMax`.
   */
  readonly offsetMs: number;
  readonly pace?: Pace | null;
};

export const initialClock: DeviceClock = { offsetMs: 0, pace: null };

export type ClockAssessment = {
  readonly clock: DeviceClock;
  /** The reading is too old to show the patient's current state. */
  readonly late: boolean;
  /** Somebody set the device's clock, so its times may jump forward or back. */
  readonly stepped: boolean;
};

/**
 * Returns the clock after the next reading of the device, and what the reading shows. Readings must come in the order
 * of receipt.
 * @param timeMs the device's time of the reading, ms since 1970
 * @param isSetBack whether the clock was set back before this reading (`wasSetBack`). If so, the difference is not a
 * delay
 */
export function assessReading(
  clock: DeviceClock,
  timeMs: number,
  receivedAtMs: number,
  isSetBack = false,
): ClockAssessment {
  const differenceMs = receivedAtMs - timeMs;
  const pace = nextPace(isSetBack ? null : (clock.pace ?? null), differenceMs, receivedAtMs);
  if (Math.abs(differenceMs) <= lateMsMax) return assessment(0, pace, false, clock.offsetMs !== 0);
  const beyondMs = differenceMs - clock.offsetMs;
  if (Math.abs(beyondMs) <= lateMsMax) return assessment(clock.offsetMs, pace, false, false);
  // A delay makes the difference larger. If the difference is smaller than before, somebody set the clock.
  if (beyondMs < 0 || isSetBack) return assessment(differenceMs, pace, false, true);
  const { steadyMs } = pace;
  const isClockError =
    steadyMs !== null && steadyMs - clock.offsetMs > lateMsMax && differenceMs - steadyMs <= lateMsMax;
  return isClockError ? assessment(steadyMs, pace, false, true) : assessment(clock.offsetMs, pace, true, false);
}

const assessment = (offsetMs: number, pace: Pace, late: boolean, stepped: boolean): ClockAssessment => ({
  clock: { offsetMs, pace },
  late,
  stepped,
});

function nextPace(pace: Pace | null, differenceMs: number, receivedAtMs: number): Pace {
  const wasClockSet = pace !== null && pace.steadyMs !== null && differenceMs < pace.steadyMs - clockSetMsMin;
  if (pace === null || wasClockSet) return freshPace(receivedAtMs, differenceMs, null, null);
  const steadyMs = pace.steadyMs === null ? null : Math.min(pace.steadyMs, differenceMs);
  // The gateway's clock was set back, or the clock of another gateway is behind.
  if (receivedAtMs < pace.sinceMs) return freshPace(receivedAtMs, differenceMs, null, steadyMs);
  const readings = pace.readings + 1;
  const leastMs = Math.min(pace.leastMs, differenceMs);
  const isFull = receivedAtMs - pace.sinceMs >= skewProofMs / 2 && readings >= (skewProofReadings + 1) / 2;
  if (!isFull) return { sinceMs: pace.sinceMs, readings, leastMs, beforeMs: pace.beforeMs, steadyMs };
  const isMeasured = pace.beforeMs !== null && Math.abs(leastMs - pace.beforeMs) <= agreeMsMax;
  return freshPace(receivedAtMs, differenceMs, leastMs, isMeasured ? Math.min(leastMs, pace.beforeMs!) : steadyMs);
}

const freshPace = (sinceMs: number, leastMs: number, beforeMs: number | null, steadyMs: number | null): Pace => ({
  sinceMs,
  readings: 1,
  leastMs,
  beforeMs,
  steadyMs,
});

/** Returns whether the error of the clock (`offsetMs`) is more than `lateMsMax`. */
export function isSkewed(clock: DeviceClock): boolean {
  return Math.abs(clock.offsetMs) > lateMsMax;
}

/**
 * Returns the measured error of a device's clock, ms: positive if the clock is behind, 0 if the error is not measured
 * yet.
 */
export function measuredOffsetMs(clock: DeviceClock): number {
  return clock.pace?.steadyMs ?? 0;
}

/**
 * Returns whether a reading reached the gateway too long after its time, given the measured error of the device's
 * clock.
 */
export function isLateReading(clock: DeviceClock, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - measuredOffsetMs(clock) > lateMsMax;
}

/** Returns the error of a device's clock for texts: `30 s behind` for 30,000 ms, `30 s ahead` for -30,000 ms. */
export function clockErrorText(offsetMs: number): string {
  return `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'behind' : 'ahead'}`;
}

/**
 * Returns the time of measurement of a value, by the gateway's clock: the device's time, corrected by the measured
 * error. The result is never later than the receive time, so a wrong correction cannot make a value look newer than its
 * receipt.
 */
export function sampledMs(timeMs: number, receivedAtMs: number, offsetMs: number): number {
  return Math.min(receivedAtMs, timeMs + offsetMs);
}

/** Coarsest rounding of a device's times that is detected (our choice). */
export const grainMsMax = 300_000;

/**
 * Returns the step to which a device rounds its times, ms, as the times until now show it. The step is the greatest
 * divisor of `grainMsMax` that divides all times. The result begins at `grainMsMax` and falls within a few readings to
 * the real step: 1 for times in milliseconds, 60,000 for times in whole minutes.
 * @param grainMs the result for the former times; `grainMsMax` for the first time
 */
export function nextGrainMs(grainMs: number, timeMs: number): number {
  let step = grainMs;
  let remainder = Math.abs(timeMs) % step;
  while (remainder > 0) {
    const nextRemainder = step % remainder;
    step = remainder;
    remainder = nextRemainder;
  }
  return step;
}

/** Number and time of a reading. Numbers count from 1 at each start (`boot`) of a device. */
export type Numbered = { readonly seq: number; readonly timeMs: number };

/**
 * Returns whether a reading shows that the device's clock was set back: the reading has a greater `seq` and an earlier
 * time than the newest reading. A device numbers its readings in the order in which it measures them
 * (docs/integrator.md).
 * @param newest the reading with the highest `seq` of the same `boot`
 */
export function wasSetBack(newest: Numbered, reading: Numbered): boolean {
  return reading.seq > newest.seq && reading.timeMs < newest.timeMs - clockToleranceMs;
}
