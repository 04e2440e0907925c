/**
 * The wave painter sends a report each second. Decides from these reports whether the painter still paints. A trace
 * that stands still in full colour looks like a normal heartbeat. So the traces must leave the screen when the painter
 * has failed or hangs.
 */

/** A painter of a visible page is stuck if it sends no report or draws no frame for this long. */
const stuckMs = 3_000;
/** How long the painter may need to load and to send its first report. Before this report no trace is on the screen. */
const startMs = 15_000;
/**
 * If a page checks its painter this late, the page was busy or asleep. Then the page has not yet read the painter's
 * last reports.
 */
const lateCheckMs = 1_500;
/**
 * For this time after a page was hidden, late frames do not count, because the painter reports the hidden time as a
 * delay.
 */
const ignoreLateFramesMs = 2_500;

export type PaintWatch = {
  readonly isStuck: boolean;
  /** Until this time the painter is not stuck, even if it sends no report. */
  readonly trustedUntilMs: number;
  /** Until this time late frames do not count, because the page was hidden. */
  readonly lateFramesIgnoredUntilMs: number;
  readonly checkedAtMs: number;
};

/** Returns the state before the first report. All times in this file are by a steady clock, ms. */
export function startWatch(nowMs: number): PaintWatch {
  return { isStuck: false, trustedUntilMs: nowMs + startMs, lateFramesIgnoredUntilMs: nowMs, checkedAtMs: nowMs };
}

/** Returns the state after a report of the painter. The report says how late the painter's frames were. */
export function watchAfterReport(watch: PaintWatch, lateMs: number, nowMs: number): PaintWatch {
  const isStuck = lateMs > stuckMs && nowMs >= watch.lateFramesIgnoredUntilMs;
  return { ...watch, isStuck, trustedUntilMs: nowMs + stuckMs };
}

/** Checks whether the painter is stuck, and returns the new state. Must be called about twice a second. */
export function watchAfterCheck(watch: PaintWatch, nowMs: number, isPageVisible: boolean): PaintWatch {
  const checkedWatch = { ...watch, checkedAtMs: nowMs };
  const longerTrust = { trustedUntilMs: Math.max(watch.trustedUntilMs, nowMs + stuckMs) };
  if (!isPageVisible) return { ...checkedWatch, ...longerTrust, lateFramesIgnoredUntilMs: nowMs + ignoreLateFramesMs };
  if (nowMs - watch.checkedAtMs > lateCheckMs) return { ...checkedWatch, ...longerTrust };
  return nowMs > watch.trustedUntilMs ? { ...checkedWatch, isStuck: true } : checkedWatch;
}
