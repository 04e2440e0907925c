/**
 * The rule of a time that never jumps. It starts at the machine's clock and follows the monotonic clock from there. A small
 * difference (the machine's clock is slewed) is followed; a large one (somebody set the clock) is not, and is reported.
 */

/** The machine's clocks, all read at one moment, ms. */
export type ClockReading = {
  /** The machine's clock: ms since 1970. It can be set. */
  readonly wallMs: number;
  /** Never set, stands still while the machine sleeps. */
  readonly monotonicMs: number;
  /** Time since the machine started, its sleep included. */
  readonly uptimeMs: number;
};

export type SteadyTime = {
  readonly last: ClockReading;
  /** Steady time minus monotonic time, ms. */
  readonly baseMs: number;
};

/** A difference above this between two readings is a clock that was set. Two readings a second apart are slewed by 0.1 s at most. */
export const clockStepMsMin = 500;

/** @param aheadMs how far the machine's clock is known to be ahead of steady time already */
export function startSteadyTime(reading: ClockReading, aheadMs = 0): SteadyTime {
  return { last: reading, baseMs: reading.wallMs - reading.monotonicMs - aheadMs };
}

/** How far the machine's clock is ahead of steady time, ms; negative where it is behind. 0 where the two agree. */
export function wallAheadOf(time: SteadyTime): number {
  const { last, baseMs } = time;
  const aheadMs = last.wallMs - last.monotonicMs - baseMs;
  return Math.abs(aheadMs) > clockStepMsMin ? Math.round(aheadMs) : 0;
}

/**
 * Takes the next reading of the clocks.
 * @returns `stepMs`: by how much the machine's clock was set since the last reading (negative: back), 0 where it was not.
 * Sleep of the machine is no step: steady time moves on by it.
 */
export function followClock(time: SteadyTime, reading: ClockReading): { time: SteadyTime; stepMs: number } {
  const { last } = time;
  const passedMs = reading.monotonicMs - last.monotonicMs;
  const asleepMs = reading.uptimeMs - last.uptimeMs - passedMs;
  const sleptMs = asleepMs > clockStepMsMin ? asleepMs : 0;
  const differenceMs = reading.wallMs - last.wallMs - passedMs - sleptMs;
  const isStep = Math.abs(differenceMs) > clockStepMsMin;
  // While the clocks disagree the machine's clock may be slewed back to the right time: steady time is there already.
  const followedMs = isStep || wallAheadOf(time) !== 0 ? 0 : differenceMs;
  return {
    time: { last: reading, baseMs: time.baseMs + sleptMs + followedMs },
    stepMs: isStep ? Math.round(differenceMs) : 0,
  };
}

/** Clocks of two processes differ by no more than this, unless one of them was set, ms. */
export const clocksApartMsMax = 5_000;

/**
 * An instant that has passed, as the present clock would have told it. What lies further ahead of `nowMs` than two clocks may be
 * apart was stamped before the machine's clock was set back: it counts as of now.
 */
export function notAhead(instantMs: number, nowMs: number): number {
  return instantMs > nowMs + clocksApartMsMax ? nowMs : instantMs;
}

/**
 * The end of what began before now and lasts `lengthMs` at most (an audio pause, a notice, a timer). An end further ahead was
 * stamped before the machine's clock was set back: it comes after `lengthMs`.
 */
export function notLonger(untilMs: number, nowMs: number, lengthMs: number): number {
  return Math.min(untilMs, nowMs + lengthMs);
}
