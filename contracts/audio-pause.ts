/** How long the sound of alarms may be paused: one rule for the engine, the server and the screens. */
import { clocksApartMsMax } from './steady-time.ts';

/** Audio pause, ms (CLINICAL, "Alarm vocabulary": at most 2 min). */
export const audioPauseMsMax = 120_000;

/**
 * Returns the end of an audio pause that holds at `nowMs`; undefined if no pause holds then. If the end is further ahead than any pause lasts,
 * the machine's clock was set back after the pause began. Such a pause silences nothing.
 * @param until an instant, or ms since 1970
 */
export function audioPauseUntil(until: string | number | undefined, nowMs: number): number | undefined {
  if (until === undefined) return undefined;
  const untilMs = typeof until === 'number' ? until : Date.parse(until);
  return untilMs > nowMs && untilMs <= nowMs + audioPauseMsMax + clocksApartMsMax ? untilMs : undefined;
}
