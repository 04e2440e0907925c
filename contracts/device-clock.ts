/**
 * Estimates the error of a device's clock. A reading carries the device's time; the gateway adds its own at receipt. The difference is
 * the error of the clock plus the delay on the way. A delay is never negative, so the smallest difference of late is the best estimate.
 * A backlog comes faster than real time, so its differences shrink; those of a wrong clock stay the same, and so do those of a way
 * that is slower by a constant. The engine (is it late?) and the dashboard (how old is it?) take the estimate: a constant delay then
 * passes for an error. The gateway (whose is it?) must not guess: it asks between which limits the error lies
 * (gateway/core/clock-error.ts). That a clock was set back, `wasSetBack` says to gateway and dashboard alike.
 */

/**
 * A reading older than this against the gateway's clock is late, and a clock further off is skewed (CLINICAL: 10 s is the
 * outer bound for an alarm to reach a screen).
 */
export const lateMsMax = 10_000;

/** How long, and over how many readings, the difference must stay the same before it is the clock's error and no delay (ours). */
const skewProofMs = 10_000;
const skewProofReadings = 3;

/** The smallest differences of two windows agree within this, or nothing is learned from them (ours). */
const agreeMs = 500;
/** A difference smaller than the measured one by more than this: the device's clock was set, so the old measure is worth nothing. */
const stepMs = 2_000;

/** A device's time line may run back by so much, and its clock may be wrong by so much and counts as right (ours). */
export const exactMs = 2_000;

/** An error of a device's clock that is smaller is no word to a person: a number's age is then right all the same. */
export const clockTellMs = 3_000;

/** What the differences (receive time − device time) of late were. Windows of half of `skewProofMs`, one after the other. */
export type Pace = {
  /** Receive time at which the present window began. Its first reading is also the last one of the window before. */
  readonly sinceMs: number;
  readonly readings: number;
  /** The smallest difference in the present window; and in the one before, null where there is none. */
  readonly leastMs: number;
  readonly beforeMs: number | null;
  /** The measured error of the clock: positive where it is behind. Null until two windows agreed. */
  readonly steadyMs: number | null;
};

/** Plain JSON: the engine keeps it in its state. */
export type DeviceClock = {
  /** Gateway's clock minus device's, as accepted for what is late: 0 while they agree within `lateMsMax`. */
  readonly offsetMs: number;
  readonly pace?: Pace | null;
};

export const initialClock: DeviceClock = { offsetMs: 0, pace: null };

export type Assessment = {
  readonly clock: DeviceClock;
  /** Not about now. */
  readonly late: boolean;
  /** The device's clock was set: its time line may jump, back as well. */
  readonly stepped: boolean;
};

/**
 * Takes one more reading of the device, in the order of receipt.
 * @param isSetBack its number shows that the clock was set back since the reading before (`wasSetBack`): the difference is the clock's,
 *   not a delay
 */
export function assess(clock: DeviceClock, time: number, receivedAt: number, isSetBack = false): Assessment {
  const difference = receivedAt - time;
  const pace = nextPace(isSetBack ? null : (clock.pace ?? null), difference, receivedAt);
  if (Math.abs(difference) <= lateMsMax) return found(0, pace, false, clock.offsetMs !== 0);
  const more = difference - clock.offsetMs;
  if (Math.abs(more) <= lateMsMax) return found(clock.offsetMs, pace, false, false);
  // Delay only adds: a smaller difference than the accepted one can only be the clock.
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
  // The gateway's clock was set back, or another gateway's is behind.
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

/** Whether the clock is further off than lateness may be. */
export function skewed(clock: DeviceClock): boolean {
  return Math.abs(clock.offsetMs) > lateMsMax;
}

/** The measured error of a device's clock, ms, positive where it is behind; 0 while it is not measured. */
export function measuredOffsetMs(clock: DeviceClock): number {
  return clock.pace?.steadyMs ?? 0;
}

/**
 * The instant at which a value was measured, on the gateway's clock: the device's time with the measured error taken out. Never
 * later than its receipt, so no correction makes an old value young.
 */
export function bornAtMs(timeMs: number, receivedAtMs: number, offsetMs: number): number {
  return Math.min(receivedAtMs, timeMs + offsetMs);
}

/** Times of a device that are cut or rounded more coarsely than this are taken for as coarse as this (ours). */
export const grainMsMax = 300_000;

/**
 * Returns how coarse a device's times are: the greatest step of which all of them are multiples, ms. It begins at `grainMsMax` and falls
 * within some readings to what it is: 1 of times in milliseconds, 60,000 of times in whole minutes.
 * @param grainMs of the times before
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

/** The newest reading of one start (`boot`) of a device, by its number. */
export type Numbered = { readonly seq: number; readonly timeMs: number };

/**
 * Whether a reading shows that the device's clock was set back: a later number with an earlier time. A device numbers a reading when
 * it measures it (docs/integrator.md). Then nothing is known of the clock until it is measured again.
 */
export function wasSetBack(newest: Numbered, came: Numbered): boolean {
  return came.seq > newest.seq && came.timeMs < newest.timeMs - exactMs;
}
