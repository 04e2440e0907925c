/** When the server counts as lost, and when to try again. */
import { closeCodes, serverLostMs } from '../../protocol/pace.ts';

const firstDelayMs = 500;
const longestDelayMs = 10_000;

/**
 * Returns how long to wait before the `attempt`th try (from 0), ms: doubling with full jitter above a floor, so that
 * the screens of a house do not all come back in the same instant. `random` is 0 ≤ r < 1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10));
  return Math.round(firstDelayMs / 2 + random * (ceiling - firstDelayMs / 2));
}

/** No heartbeat for 5 s: the screen shows nothing current (CLINICAL, "Silence is an alarm"). */
export function isLost(lastHeardMs: number, nowMs: number): boolean {
  return nowMs - lastHeardMs > serverLostMs;
}

/**
 * A screen that gave way to a newer one of its account waits this long. Otherwise the two would take the place from
 * each other for ever.
 */
export const lateRetryMs = 60_000;

export type AfterClose = 'log-in' | 'retry-now' | 'retry' | 'retry-late' | 'forbidden';

/** What to do after the server's close code. */
export function afterClose(code: number): AfterClose {
  switch (code) {
    case closeCodes.sessionEnded:
      return 'log-in';
    case closeCodes.notAllowed:
      return 'forbidden';
    case closeCodes.resync:
      return 'retry-now';
    case closeCodes.tooMany:
      return 'retry-late';
    default:
      return 'retry';
  }
}

/**
 * Returns the meaning of a close code for a person; undefined if the code says no more than that the connection ended.
 */
export function closeText(code: number): string | undefined {
  switch (code) {
    case closeCodes.unavailable:
      return 'The server cannot put this look on record yet.';
    case closeCodes.tooMany:
      return 'Too many screens of this login are open, and a newer one took this one’s place. Close some. This one tries again in a minute.';
    case closeCodes.badMessage:
      return 'The server did not understand this page: load it again.';
    default:
      return undefined;
  }
}

/**
 * A clock that never runs backward and counts a machine's sleep: the larger step of the two clocks that a browser has.
 * A step of the wall clock forward ages values too early, never too late.
 */
export function createSteadyClock(wallMs: () => number, monotonicMs: () => number): () => number {
  let lastWall = wallMs();
  let lastMonotonic = monotonicMs();
  let now = lastWall;
  return () => {
    const wall = wallMs();
    const monotonic = monotonicMs();
    const slept = wall - lastWall;
    const passed = monotonic - lastMonotonic;
    now += slept > passed + 2000 ? slept : Math.max(0, passed);
    lastWall = wall;
    lastMonotonic = monotonic;
    return now;
  };
}
