/** Decides when the server counts as lost, and when to connect again. */

import { closeCodes, serverLostMs } from '../../protocol/pace.ts';
import { t } from './texts.ts';

const firstDelayMs = 500;
const delayMsMax = 10_000;

/**
 * Returns how long to wait before try number `attempt` (from 0), ms. The longest possible wait doubles with each try.
 * The wait is random, so that the screens of a hospital do not all connect at the same time.
 * @param random 0 ≤ random < 1
 */
export function retryDelayMs(attempt: number, random: number): number {
  const attemptDelayMsMax = Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(attempt, 10));
  return Math.round(firstDelayMs / 2 + random * (attemptDelayMsMax - firstDelayMs / 2));
}

/**
 * Returns whether no heartbeat came for 4.5 s. If true, no value on the screen is current (CLINICAL, "Silence is an
 * alarm").
 */
export function isLost(lastHeardMs: number, nowMs: number): boolean {
  return nowMs - lastHeardMs > serverLostMs;
}

/**
 * A screen that was replaced by a newer screen of its account waits this long before it connects again. Without this
 * wait the two screens would replace each other without end.
 */
export const lateRetryMs = 60_000;

export type AfterClose = 'log-in' | 'retry-now' | 'retry' | 'retry-late' | 'forbidden';

/** Returns what the screen must do after the server has closed the connection with a code. */
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

/** Returns a text for the person about a close code; undefined if the code says only that the connection ended. */
export function closeText(code: number): string | undefined {
  switch (code) {
    case closeCodes.unavailable:
      return t('The server cannot write the audit trail now.');
    case closeCodes.tooMany:
      return t(
        'Too many screens of this login are open; a newer screen replaced this one. Close some. This screen tries again in a minute.',
      );
    case closeCodes.badMessage:
      return t('The server did not understand this page: reload it.');
    default:
      return undefined;
  }
}

/**
 * Returns a clock that never runs backward and also counts the time in which the machine sleeps. Each step of this
 * clock is the larger step of the browser's two clocks. If somebody sets the wall clock forward, values look too old,
 * but never too young.
 */
export function createSteadyClock(wallMs: () => number, monotonicMs: () => number): () => number {
  let lastWall = wallMs();
  let lastMonotonic = monotonicMs();
  let now = lastWall;
  return () => {
    const wall = wallMs();
    const monotonic = monotonicMs();
    const wallStep = wall - lastWall;
    const monotonicStep = monotonic - lastMonotonic;
    now += wallStep > monotonicStep + 2000 ? wallStep : Math.max(0, monotonicStep);
    lastWall = wall;
    lastMonotonic = monotonic;
    return now;
  };
}
