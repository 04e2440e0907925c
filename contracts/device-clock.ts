/**
 * Estimates the error of a device's clock. A reading carries the device's time; the gateway adds its own time at receipt. The difference
 * is the error of the clock plus the delay on the way. A delay is never negative, so the smallest recent difference is the best estimate.
 * A backlog comes faster than real time, so its differences shrink. The differences of a wrong clock stay the same, and so do those of a
 * constant delay. The engine (is it late?) and the dashboard (how old is it?) use the estimate; they then take a constant delay for an
 * error. The gateway (whose reading is it?) must not guess. It asks between which limits the error lies (gateway/core/clock-error.ts).
 * The gateway and the dashboard both ask `wasSetBack` whether a clock was set back.
 */

/**
 * A reading that is older than this by the gateway's clock is late. A clock that is wrong by more than this is isSkewed (CLINICAL: an
 * alarm must reach a screen within 10 s).
 */
export const lateMsMax = 10_000;

/** How long, and over how many readings, the difference must stay the same to be the clock's error and not a delay (ours). */
const skewProofMs = 10_000;
const skewProofReadings = 3;

/** The smallest differences of two windows must agree within this; otherwise nothing is learned from them (ours). */
const agreeMs = 500;
/** If a difference is smaller than the measured one by more than this, the device's clock was set and the old measure is void. */
const stepMs = 2_000;

/** A device's times may go back by this much, and a clock that is wrong by this much still counts as right (ours). */
export const clockToleranceMs = 2_000;

/** Screens do not mention a smaller error of a device's clock: the age of a number is right anyway. */
export const clockErrorShownMsMin = 3_000;

/** The recent differences (receive time − device time), in windows of half of `skewProofMs`, one after the other. */
export type Pace = {
  /** Receive time at which the present window began. Its first reading is also the last one of the window before. */
  readonly sinceMs: number;
  readonly readings: number;
  /** The smallest difference in the present window, and in the window before; null if there is no window before. */
  readonly leastMs: number;
  readonly beforeMs: number | null;
  /** The measured error of the clock: positive if it is behind. Null until two windows agree. */
  readonly steadyMs: number | null;
};

/** Plain JSON: the engine keeps it in its state. */
export type DeviceClock = {
  /** The gateway's clock minus the device's, as used to decide what is late: 0 while they agree within `lateMsMax`. */
  readonly offsetMs: number;
  readonly pace?: Pace | null;
};

export const initialClock: DeviceClock = { offsetMs: 0, pace: null };

export type Assessment = {
  readonly clock: DeviceClock;
  /** The reading does not show the present. */
  readonly late: boolean;
  /** The device's clock was set. Its times may jump, also back. */
  readonly stepped: boolean;
};

/**
 * Takes one more reading of the device, in the order of receipt.
 * @param isSetBack its number shows that the clock was set back since the reading before (`wasSetBack`): then the difference comes from
 *   the clock and not from a delay
 */
export function assess(clock: DeviceClock, time: number, receivedAt: number, isSetBack = false): Assessment {
  const difference = receivedAt - time;
  const pace = nextPace(isSetBack ? null : (clock.pace ?? null), difference, receivedAt);
  if (Math.abs(difference) <= lateMsMax) return found(0, pace, false, clock.offsetMs !== 0);
  const more = difference - clock.offsetMs;
  if (Math.abs(more) <= lateMsMax) return found(clock.offsetMs, pace, false, false);
  // Delay only adds. So a difference that is smaller than the accepted one can only come from the clock.
  if (more < 0 || isSetBack) return found(difference, pace, false, true);
  const { steadyMs } = pace;
  const accepted = steadyMs !== null && steadyMs - clock.offsetMs > lateMsMax && difference - steadyMs <= lateMsMax;
  return accepted ? found(steadyMs, pace, false, true) : found(clock.offsetMs, pace, true, false);
}

const found = (offsetMs: number, pace: Pace, late: boolean, stepped: boolean): Assessment => ({
  clock: { offsetMs, pace },
  late,
  stepped,
});

function nextPace(pace: Pace | null, difference: number, receivedAt: number): Pace {
  const set = pace !== null && pace.steadyMs !== null && difference < pace.steadyMs - stepMs;
  if (pace === null || set) return freshPace(receivedAt, difference, null, null);
  const steadyMs = pace.steadyMs === null ? null : Math.min(pace.steadyMs, difference);
  // The gateway's clock was set back, or the clock of another gateway is behind.
  if (receivedAt < pace.sinceMs) return freshPace(receivedAt, difference, null, steadyMs);
  const readings = pace.readings + 1;
  const leastMs = Math.min(pace.leastMs, difference);
  const full = receivedAt - pace.sinceMs >= skewProofMs / 2 && readings >= (skewProofReadings + 1) / 2;
  if (!full) return { sinceMs: pace.sinceMs, readings, leastMs, beforeMs: pace.beforeMs, steadyMs };
  const proven = pace.beforeMs !== null && Math.abs(leastMs - pace.beforeMs) <= agreeMs;
  return freshPace(receivedAt, difference, leastMs, proven ? Math.min(leastMs, pace.beforeMs!) : steadyMs);
}

const freshPace = (sinceMs: number, leastMs: number, beforeMs: number | null, steadyMs: number | null): Pace => ({
  sinceMs,
  readings: 1,
  leastMs,
  beforeMs,
  steadyMs,
});

/** Whether the clock is wrong by more than a reading may be late. */
export function isSkewed(clock: DeviceClock): boolean {
  return Math.abs(clock.offsetMs) > lateMsMax;
}

/** The measured error of a device's clock, ms, positive if it is behind; 0 while there is no measure. */
export function measuredOffsetMs(clock: DeviceClock): number {
  return clock.pace?.steadyMs ?? 0;
}

/**
 * Returns when a value was measured, by the gateway's clock: the device's time, corrected by the measured error. Never later than its
 * receipt, so a correction never makes an old value look new.
 */
export function sampledMs(timeMs: number, receivedAtMs: number, offsetMs: number): number {
  return Math.min(receivedAtMs, timeMs + offsetMs);
}

/** If a device's times are rounded more coarsely than this, they are treated as rounded to this (ours). */
export const grainMsMax = 300_000;

/**
 * Returns how coarse a device's times are, ms: the greatest step of which all of them are multiples. It begins at `grainMsMax` and falls
 * within a few readings to the real step: 1 for times in milliseconds, 60,000 for times in whole minutes.
 * @param grainMs the result for the times before
 */
export function finerGrain(grainMs: number, timeMs: number): number {
  let step = grainMs;
  let rest = Math.abs(timeMs) % step;
  while (rest > 0) {
    const next = step % rest;
    step = rest;
    rest = next;
  }
  return step;
}

/** The newest reading of one start (`boot`) of a device: the one with the highest number. */
export type Numbered = { readonly seq: number; readonly timeMs: number };

/**
 * Whether a reading shows that the device's clock was set back: it has a later number and an earlier time. A device numbers a reading
 * when it measures it (docs/integrator.md). After that, nothing is known of the clock until it is measured again.
 */
export function wasSetBack(newest: Numbered, came: Numbered): boolean {
  return came.seq > newest.seq && came.timeMs < newest.timeMs - clockToleranceMs;
}
