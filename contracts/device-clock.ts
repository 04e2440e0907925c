/**
 * What a device's clock is worth. A reading carries the device's time; the gateway adds its own at receipt. The difference is the
 * error of the device's clock plus the delay on the way. A delay is never negative, so the smallest difference of late is the best
 * estimate of the error. A backlog comes faster than real time, so its differences shrink; those of a wrong clock stay the same.
 * The engine (is it late?), the gateway (whose is it?) and the dashboard (how old is it?) ask this one rule.
 */

/**
 * A reading older than this against the gateway's clock is late, and a clock further off is skewed (CLINICAL: 10 s is the
 * outer bound for an alarm to reach a screen).
 */
export const lateMsMax = 10_000;

/** How long, and over how many readings, the difference must stay the same before it is the clock's error and no delay (ours). */
export const skewProofMs = 10_000;
export const skewProofReadings = 3;

/** The smallest differences of two windows agree within this, or nothing is learned from them (ours). */
const agreeMs = 500;
/** A difference smaller than the measured one by more than this: the device's clock was set, so the old measure is worth nothing. */
const stepMs = 2_000;

/** A clock that is wrong by no more than this is taken to be right when it is asked whose a reading is (ours). */
export const exactMs = 2_000;
/** How far the instant of measurement may lie from the corrected time (ours). */
export const correctedToleranceMs = 2_000;
/** A clock that is ahead and not measured yet: how old a reading of it may be at most (ours). */
const unknownAgeMs = 60_000;

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
  /** The smallest difference since the clock was last set: delay only adds, so the clock is at most so far behind. */
  readonly boundMs: number;
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

/** Takes one more reading of the device, in the order of receipt. */
export function assess(clock: DeviceClock, time: number, receivedAt: number): Assessment {
  const difference = receivedAt - time;
  const pace = nextPace(clock.pace ?? null, difference, receivedAt);
  const at = (offsetMs: number, late: boolean, stepped: boolean) => ({ clock: { offsetMs, pace }, late, stepped });
  if (Math.abs(difference) <= lateMsMax) return at(0, false, clock.offsetMs !== 0);
  const more = difference - clock.offsetMs;
  if (Math.abs(more) <= lateMsMax) return at(clock.offsetMs, false, false);
  // Delay only adds: a smaller difference than the accepted one can only be the clock.
  if (more < 0) return at(difference, false, true);
  const { steadyMs } = pace;
  const accepted = steadyMs !== null && steadyMs - clock.offsetMs > lateMsMax && difference - steadyMs <= lateMsMax;
  return accepted ? at(steadyMs, false, true) : at(clock.offsetMs, true, false);
}

function nextPace(pace: Pace | null, difference: number, receivedAt: number): Pace {
  const fresh = { sinceMs: receivedAt, readings: 1, leastMs: difference, beforeMs: null };
  const set = pace !== null && pace.steadyMs !== null && difference < pace.steadyMs - stepMs;
  if (pace === null || set) return { ...fresh, steadyMs: null, boundMs: difference };
  const steadyMs = pace.steadyMs === null ? null : Math.min(pace.steadyMs, difference);
  const boundMs = Math.min(pace.boundMs, difference);
  // The gateway's clock was set back, or another gateway's is behind.
  if (receivedAt < pace.sinceMs) return { ...fresh, steadyMs, boundMs };
  const readings = pace.readings + 1;
  const leastMs = Math.min(pace.leastMs, difference);
  const full = receivedAt - pace.sinceMs >= skewProofMs / 2 && readings >= (skewProofReadings + 1) / 2;
  if (!full) return { ...pace, readings, leastMs, steadyMs, boundMs };
  const proven = pace.beforeMs !== null && Math.abs(leastMs - pace.beforeMs) <= agreeMs;
  const measuredMs = proven ? Math.min(leastMs, pace.beforeMs!) : steadyMs;
  return { ...fresh, beforeMs: leastMs, steadyMs: measuredMs, boundMs: proven ? measuredMs! : boundMs };
}

/** Whether the clock is further off than lateness may be. */
export function skewed(clock: DeviceClock): boolean {
  return Math.abs(clock.offsetMs) > lateMsMax;
}

/** The measured error of a device's clock, ms, positive where it is behind; 0 while it is not measured. */
export function measuredOffsetMs(clock: DeviceClock): number {
  return clock.pace?.steadyMs ?? 0;
}

/** Whether the clock is known: its error is measured, or a reading has shown it to be right within `lateMsMax`. */
export function isKnown({ pace }: DeviceClock): boolean {
  return pace != null && (pace.steadyMs !== null || Math.abs(pace.boundMs) <= lateMsMax);
}

/**
 * The instant at which a value was measured, on the gateway's clock: the device's time with the measured error taken out. Never
 * later than its receipt, so no correction makes an old value young.
 */
export function bornAtMs(timeMs: number, receivedAtMs: number, offsetMs: number): number {
  return Math.min(receivedAtMs, timeMs + offsetMs);
}

/** From `fromMs` to `toMs`, both included. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * When a reading was measured, on the gateway's clock, as exactly as that is known. A clock that is right: at its own time. One
 * whose error is measured: around the corrected time. One that is not measured yet: between its own time and the latest that is
 * possible, for a first reading its receipt.
 */
export function whenMeasured({ pace }: DeviceClock, timeMs: number, receivedAtMs: number): Span {
  if (pace == null) return span(timeMs, receivedAtMs, receivedAtMs);
  const errorMs = pace.steadyMs ?? pace.boundMs;
  if (Math.abs(errorMs) <= exactMs) return { fromMs: timeMs, toMs: timeMs };
  const atMs = timeMs + errorMs;
  const latestMs = atMs + correctedToleranceMs;
  if (pace.steadyMs !== null) return span(atMs - correctedToleranceMs, latestMs, receivedAtMs);
  return span(errorMs > 0 ? timeMs : atMs - unknownAgeMs, latestMs, receivedAtMs);
}

/** Nothing is measured after it was received. */
function span(fromMs: number, toMs: number, receivedAtMs: number): Span {
  const lastMs = Math.min(toMs, receivedAtMs);
  return { fromMs: Math.min(fromMs, lastMs), toMs: lastMs };
}

/**
 * Takes a birth message, which a device sends when it connects, with its time then. One that is later than the measured error
 * explains: the clock was set back, or the message was kept on the way. Which of the two cannot be told, so the measure is dropped.
 */
export function assessBirth(clock: DeviceClock, time: number, receivedAt: number): DeviceClock {
  const measuredMs = clock.pace?.steadyMs ?? clock.pace?.boundMs ?? null;
  const doubted = measuredMs !== null && receivedAt - time - measuredMs > stepMs;
  return assess(doubted ? initialClock : clock, time, receivedAt).clock;
}
