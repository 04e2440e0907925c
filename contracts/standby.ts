/** How long a bed may be on standby. The engine, the server and the screens use the same rule. */

/** Longest standby (CLINICAL, "Alarm vocabulary": 4 h). */
export const standbyMsMax = 4 * 3_600_000;
/** Shortest standby (our choice). */
export const standbyMsMin = 60_000;
