/**
 * The rules about time. The age of an alarm counts from the time of an event of the engine. Waits use the steady time
 * of the delivery process. The ends of waits are stored as points in time, so that waits survive a restart. Pure.
 */

/**
 * Maximum time from the end of an unanswered alarm to its next beginning, ms (ours). Within this time, the round of the
 * alarm goes on. With a new round, an alarm that comes and goes would call the first person each time, and never the
 * second person.
 */
export const resumeMsMax = 60_000;

/**
 * Returns whether an alarm is too old to be sent. An alarm with a time in the future is not too old: only a difference
 * of the clocks gives such a time.
 */
export function isTooOld(freshAtMs: number, ageMsMax: number, nowMs: number): boolean {
  return nowMs - freshAtMs > ageMsMax;
}

/** Returns whether a wait is over. */
export function isDue(dueAtMs: number | null, nowMs: number): boolean {
  return dueAtMs !== null && dueAtMs <= nowMs;
}

/**
 * Returns whether the clock was set back during a wait, for instance while the process was down. Such a wait would last
 * too long, so it starts again.
 */
export function isSetBack(dueAtMs: number | null, waitMs: number, nowMs: number): boolean {
  return dueAtMs !== null && dueAtMs - nowMs > waitMs;
}
