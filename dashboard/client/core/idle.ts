/** When a screen that nobody touches locks itself. Pure: both clocks come in. */

/** When somebody last touched any screen of this login: by the wall clock, which all tabs share, and by this page's own, which nobody sets. */
export type Touched = { readonly wallMs: number; readonly steadyMs: number };

/**
 * How long nobody was there. The longer of both clocks: a page's own stands still while the machine sleeps, and the wall clock may be set.
 * @param elsewhereMs when another tab of this browser was last touched, by the wall clock; undefined where it does not say
 */
export function idleMs(touched: Touched, now: Touched, elsewhereMs: number | undefined): number {
  const here = Math.max(now.wallMs - touched.wallMs, now.steadyMs - touched.steadyMs);
  // What another tab says is ahead of the clock only where the clock was set: it then counts for nothing.
  if (elsewhereMs === undefined || elsewhereMs > now.wallMs) return here;
  return Math.min(here, now.wallMs - elsewhereMs);
}
