/** How long a bed may be on standby: one rule for the engine, the server and the screens. */

/** CLINICAL, "Alarm vocabulary": at most 4 h. */
export const standbyMsMax = 4 * 3_600_000;
/** A shorter time is no standby (ours). */
export const standbyMsMin = 60_000;
