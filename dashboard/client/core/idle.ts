/** When a screen that nobody touches locks itself. Pure: both clocks come in. */

/**
 * When somebody last touched any screen of this login: by the wall clock, which all tabs share, and by this page's own
 * clock, which nobody sets.
 */
export type Touched = { readonly wallMs: number; readonly steadyMs: number };

/**
 * Returns for how long nobody was there: the longer time of both clocks. A page's own clock stands still while the
 * machine sleeps, and the wall clock may be set.
 * @param elsewhereMs when another tab of this browser was last touched, by the wall clock; undefined if it does not say
 */
export function idleMs(touched: Touched, now: Touched, elsewhereMs: number | undefined): number {
  const here = Math.max(now.wallMs - touched.wallMs, now.steadyMs - touched.steadyMs);
  // A time of another tab lies ahead of the clock only if the clock was set: then it does not count.
  if (elsewhereMs === undefined || elsewhereMs > now.wallMs) return here;
  return Math.min(here, now.wallMs - elsewhereMs);
}
