/**
 * The rules of time. Ages are counted from the time of the engine's events. Waits are counted by the steady time of the delivery process
 * and stored as instants, so that they survive a restart. Pure.
 */

/**
 * An alarm that ends unanswered and begins again within this time goes on with its round, ms (ours). Otherwise an alarm that comes and goes
 * would begin with the first person each time, and would never reach the second person.
 */
export const resumeMsMax = 60_000;

/** Returns whether an alarm is too old to be sent. An alarm from the future is not old: the clocks differ. */
export function isTooOld(freshAtMs: number, ageMsMax: number, nowMs: number): boolean {
  return nowMs - freshAtMs > ageMsMax;
}

/** Returns whether a wait is over. */
export function isDue(dueAtMs: number | null, nowMs: number): boolean {
  return dueAtMs !== null && dueAtMs <= nowMs;
}

/**
 * Returns whether the clock was set back during a wait, for instance while the process was down: the wait would last longer than it was
 * meant to last. Such a wait begins again, so it is never endless.
 */
export function isSetBack(dueAtMs: number | null, waitMs: number, nowMs: number): boolean {
  return dueAtMs !== null && dueAtMs - nowMs > waitMs;
}
