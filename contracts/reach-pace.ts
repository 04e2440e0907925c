/**
 * How often the canaries of a person's channels are sent and written down. These numbers have their own file, so that
 * the page loads no schemas.
 */
import { minuteMs } from './durations.ts';

/**
 * Minimum time between two records of the same result of a canary, ms (ours). A canary is sent every 8 to 9.5 min, so
 * the delivery process writes every second unchanged result. It writes a changed result at once.
 */
export const reachNotedEveryMs = 10 * minuteMs;

/** Longest time between two canaries of one channel of a person on duty, ms (required: at least every 10 minutes). */
export const reachCheckEveryMsMax = 10 * minuteMs;
