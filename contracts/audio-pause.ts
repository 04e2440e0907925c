/** How long the sound of alarms may be paused. The engine, the server and the screens use the same rule. */
import { clocksApartMsMax } from './steady-time.ts';

/** Longest audio pause (CLINICAL, "Alarm vocabulary": 2 min). */
export const audioPauseMsMax = 120_000;

/**
 * Returns the end of an audio pause that is active at `nowMs`; undefined if the pause has ended. If the end is further
 * ahead than a pause can last, the machine's clock was set back after the pause began. Such a pause is not active.
 * @param until the stored end of the pause, as an instant or as ms since 1970
 */
export function activePauseEndMs(until: string | number | undefined, nowMs: number): number | undefined {
  if (until === undefined) return undefined;
  const untilMs = typeof until === 'number' ? until : Date.parse(until);
  return untilMs > nowMs && untilMs <= nowMs + audioPauseMsMax + clocksApartMsMax ? untilMs : undefined;
}
