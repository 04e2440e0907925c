/**
 * How often the canaries of a person's channels are sent and written down. These numbers have their own file, so that
 * the page loads no schemas.
 */
import { minuteMs } from './durations.ts';

/**
 * The delivery process writes a changed result of a canary at once. The process writes an unchanged result again with
 * the first canary after this time, ms (ours). A canary is sent every 8 to 9.5 min, so every second unchanged result is
 * written.
 */
export const reachNotedEveryMs = 10 * minuteMs;

/** Longest time between two canaries of one channel of a person on duty, ms (required: at least every 10 minutes). */
export const reachCheckEveryMsMax = 10 * minuteMs;
