/**
 * A time that never jumps. It starts at the machine's clock and then follows the monotonic clock. It follows a small difference (the
 * machine's clock is slewed). It does not follow a large one (somebody set the clock), but reports it.
 */

/** The machine's clocks, all read at one moment, ms. */
export type ClockReading = {
  /** The machine's clock: ms since 1970. Somebody can set it. */
  readonly wallMs: number;
  /** Nobody can set it. It stands still while the machine sleeps. */
  readonly monotonicMs: number;
  /** Time since the machine started, including its sleep. */
  readonly uptimeMs: number;
};

export type SteadyTime = {
  readonly last: ClockReading;
  /** Steady time minus monotonic time, ms. */
  readonly baseMs: number;
};

/** If two readings differ by more than this, the clock was set. Slewing changes two readings a second apart by 0.1 s at most. */
export const clockStepMsMin = 500;

/** @param aheadMs how far the machine's clock is already known to be ahead of steady time */
export function startSteadyTime(reading: ClockReading, aheadMs = 0): SteadyTime {
  return { last: reading, baseMs: reading.wallMs - reading.monotonicMs - aheadMs };
}

/** Returns how far the machine's clock is ahead of steady time, ms; negative if it is behind, 0 if the two agree. */
export function wallAheadOf(time: SteadyTime): number {
  const { last, baseMs } = time;
  const aheadMs = last.wallMs - last.monotonicMs - baseMs;
  return Math.abs(aheadMs) > clockStepMsMin ? Math.round(aheadMs) : 0;
}

/**
 * Takes the next reading of the clocks.
 * @returns `stepMs`: by how much somebody set the machine's clock since the last reading (negative: back), 0 if nobody did.
 * Sleep of the machine is no step: steady time moves on by it.
 */
export function followClock(time: SteadyTime, reading: ClockReading): { time: SteadyTime; stepMs: number } {
  const { last } = time;
  const passedMs = reading.monotonicMs - last.monotonicMs;
  const asleepMs = reading.uptimeMs - last.uptimeMs - passedMs;
  const sleptMs = asleepMs > clockStepMsMin ? asleepMs : 0;
  const differenceMs = reading.wallMs - last.wallMs - passedMs - sleptMs;
  const isStep = Math.abs(differenceMs) > clockStepMsMin;
  // While the clocks disagree, the machine's clock may be slewed back to the right time. Steady time has that time already.
  const followedMs = isStep || wallAheadOf(time) !== 0 ? 0 : differenceMs;
  return {
    time: { last: reading, baseMs: time.baseMs + sleptMs + followedMs },
    stepMs: isStep ? Math.round(differenceMs) : 0,
  };
}

/** The clocks of two processes differ by at most this, unless somebody set one of them, ms. */
export const clocksApartMsMax = 5_000;

/**
 * Corrects a past instant for the present clock. If it is further ahead of `nowMs` than two clocks may differ, the machine's clock was
 * set back after it. Then it counts as now.
 */
export function notAhead(instantMs: number, nowMs: number): number {
  return instantMs > nowMs + clocksApartMsMax ? nowMs : instantMs;
}

/**
 * Corrects the end of something that has begun and lasts at most `lengthMs` (an audio pause, a notice, a timer). If the end is further
 * ahead, the machine's clock was set back after it began. Then it ends after `lengthMs`.
 */
export function notLonger(untilMs: number, nowMs: number, lengthMs: number): number {
  return Math.min(untilMs, nowMs + lengthMs);
}
