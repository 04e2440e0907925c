/** Computes for how long nobody has touched a screen. The screen locks itself after a time. */

/**
 * When somebody last touched this page, by two clocks: the wall clock, which all tabs share, and the page's monotonic
 * clock, which nobody can set.
 */
export type Touched = { readonly wallMs: number; readonly steadyMs: number };

/**
 * Returns for how long nobody has touched this browser: the longer of the times by the two clocks. The monotonic clock
 * stands still while the machine sleeps, and the wall clock may be set.
 * @param elsewhereMs when another tab of this browser was last touched, by the wall clock; undefined if not known
 */
export function idleMs(touched: Touched, now: Touched, elsewhereMs: number | undefined): number {
  const here = Math.max(now.wallMs - touched.wallMs, now.steadyMs - touched.steadyMs);
  // The other tab's time is in the future only if the wall clock was set back: then it does not count.
  if (elsewhereMs === undefined || elsewhereMs > now.wallMs) return here;
  return Math.min(here, now.wallMs - elsewhereMs);
}
