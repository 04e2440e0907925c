/** How often the canaries of a person's channels are sent and written down. It has its own file, so that the page loads no schemas with it. */
import { minuteMs } from './durations.ts';

/**
 * The delivery process writes a changed result of a canary at once. It writes an unchanged result again with the first
 * canary after this time, ms (ours). With a canary every 8 to 9.5 min, this is at every second canary.
 */
export const reachNotedEveryMs = 10 * minuteMs;

/** Longest time between two canaries of one channel of a person on duty, ms (required: at least every 10 minutes). */
export const reachCheckEveryMsMax = 10 * minuteMs;
