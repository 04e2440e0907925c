/** Computes how long nobody has touched a screen. The screen locks itself after a time. */

import type { Session } from '../../protocol/rest.ts';

/**
 * When somebody last touched this page, by two clocks. All tabs share the wall clock. Nobody can set the monotonic
 * clock of the page.
 */
export type TouchTime = { readonly wallMs: number; readonly steadyMs: number };

/**
 * Returns the time after which the screen locks itself; undefined if the screen must not lock now. A wall display never
 * locks, because nobody touches it, and nobody in the ward has its password.
 * @param isLockPending whether the page is locked and the server has not confirmed it
 */
export function lockAfterMsOf(
  session: Pick<Session, 'actor' | 'locked' | 'lockAfterMs'> | null | undefined,
  isLockPending: boolean,
): number | undefined {
  if (!session || session.actor.role === 'display') return undefined;
  return session.locked && !isLockPending ? undefined : session.lockAfterMs;
}

/**
 * Returns how long nobody has touched this browser. Measures by two clocks and uses the longer time, because the
 * monotonic clock stands still while the machine sleeps, and somebody may set the wall clock.
 * @param otherTabTouchMs when another tab of this browser was last touched, by the wall clock; undefined if not known
 */
export function idleMs(lastTouch: TouchTime, now: TouchTime, otherTabTouchMs: number | undefined): number {
  const idleHereMs = Math.max(now.wallMs - lastTouch.wallMs, now.steadyMs - lastTouch.steadyMs);
  // If the other tab's time is in the future, the wall clock was set back. Then this time does not count.
  if (otherTabTouchMs === undefined || otherTabTouchMs > now.wallMs) return idleHereMs;
  return Math.min(idleHereMs, now.wallMs - otherTabTouchMs);
}
