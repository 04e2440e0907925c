/** Pauses long work, so that the process can do its other work in between and no alarm is delayed. */
import { setImmediate as letOtherWorkRun } from 'node:timers/promises';

/** Longest time of work without a pause, ms (ours). */
export const workMsMax = 8;

/**
 * Returns a function that long work calls between its parts. The function pauses if the work has run for `workMsMax`
 * since the last pause.
 * @param clock monotonic clock, ms
 */
export function createWorkPause(
  clock: () => number = () => performance.now(),
  pause: () => Promise<unknown> = letOtherWorkRun,
): () => Promise<void> {
  let sinceMs = clock();
  return async () => {
    if (clock() - sinceMs < workMsMax) return;
    await pause();
    sinceMs = clock();
  };
}
