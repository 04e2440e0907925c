/**
 * How long a session at the dashboard can last. The audit trail and the explanation of an alarm rely on these limits.
 */

/** Longest session, even if it is used all the time: one shift. */
export const sessionMsMax = 12 * 60 * 60_000;

/**
 * A wall display that shows nothing for this time must be logged in again (ours). While a display is used, its session
 * does not end.
 */
export const displayUnusedMsMax = 30 * 24 * 60 * 60_000;
