/**
 * Steady time: a time that never jumps, except by the time of a sleep of the machine. It starts at the machine's clock
 * and advances with the monotonic clock. If the machine's clock is slewed (changed in small steps), steady time follows
 * it. If somebody sets the machine's clock, steady time does not follow, but reports the step.
 */

/** The machine's clocks, all read at one moment, ms. */
export type ClockReading = {
  /** The machine's clock: ms since 1970. Somebody can set it. */
  readonly wallMs: number;
  /** The monotonic clock. Nobody can set it. It stands still while the machine sleeps. */
  readonly monotonicMs: number;
  /** Time since the machine started, including its sleep. */
  readonly uptimeMs: number;
};

export type SteadyTime = {
  readonly last: ClockReading;
  /** Steady time minus monotonic time, ms. */
  readonly baseMs: number;
};

/**
 * If the machine's clock moves by this much more or less than the monotonic clock, somebody set the machine's clock.
 * Slewing changes the machine's clock by at most 0.1 s in a second.
 */
export const clockStepMsMin = 500;

/**
 * Starts steady time.
 * @param aheadMs how far the machine's clock is ahead of the steady time of the other processes, ms; 0 if unknown
 */
export function startSteadyTime(reading: ClockReading, aheadMs = 0): SteadyTime {
  return { last: reading, baseMs: reading.wallMs - reading.monotonicMs - aheadMs };
}

/**
 * Returns how far the machine's clock is ahead of steady time, ms: negative if it is behind, 0 if the difference is at
 * most `clockStepMsMin`.
 */
export function wallAheadOf(time: SteadyTime): number {
  const { last, baseMs } = time;
  const aheadMs = last.wallMs - last.monotonicMs - baseMs;
  return Math.abs(aheadMs) > clockStepMsMin ? Math.round(aheadMs) : 0;
}

/**
 * Returns steady time after the next reading of the clocks. If the machine slept, steady time advances by the time of
 * the sleep.
 * @returns `stepMs`: by how much somebody set the machine's clock since the last reading, ms: negative if set back, 0
 * if nobody set it. The time of a sleep is not included
 */
export function followClock(time: SteadyTime, reading: ClockReading): { time: SteadyTime; stepMs: number } {
  const { last } = time;
  const passedMs = reading.monotonicMs - last.monotonicMs;
  const asleepMs = reading.uptimeMs - last.uptimeMs - passedMs;
  const sleptMs = asleepMs > clockStepMsMin ? asleepMs : 0;
  const differenceMs = reading.wallMs - last.wallMs - passedMs - sleptMs;
  const isStep = Math.abs(differenceMs) > clockStepMsMin;
  // If the machine's clock is wrong, slewing may correct it. Steady time is already right, so it must not follow.
  const followedMs = isStep || wallAheadOf(time) !== 0 ? 0 : differenceMs;
  return {
    time: { last: reading, baseMs: time.baseMs + sleptMs + followedMs },
    stepMs: isStep ? Math.round(differenceMs) : 0,
  };
}

/** Maximum difference of the clocks of two processes, unless somebody set one of these clocks, ms. */
export const clocksApartMsMax = 5_000;

/**
 * Returns a past instant, or `nowMs` if the instant is in the future. An instant in the future means that the machine's
 * clock was set back after this instant. Instants up to `clocksApartMsMax` ahead stay as they are.
 */
export function atMostNow(instantMs: number, nowMs: number): number {
  return instantMs > nowMs + clocksApartMsMax ? nowMs : instantMs;
}

/**
 * Returns the end of something that lasts at most `lengthMs` and has begun (an audio pause, a notice, a timer). If
 * `untilMs` is further ahead than `lengthMs`, the machine's clock was set back after the beginning. Then the end is
 * `lengthMs` from now.
 */
export function limitedEndMs(untilMs: number, nowMs: number, lengthMs: number): number {
  return Math.min(untilMs, nowMs + lengthMs);
}
