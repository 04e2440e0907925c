/**
 * Whether the painter of the waves still paints, judged by its reports (one a second). A trace that stands still in full colour looks
 * like a heart that beats as before, so it must go from the screen when its painter has died or hangs.
 */

/** Without a report, or without a frame, for this long on a page that is seen, the painter is stuck. */
const stuckMs = 3_000;
/** Until its first report it has drawn nothing: it may take so long to load. */
const startMs = 15_000;
/** A page that comes to look so late was busy or asleep itself, and may have reports waiting. */
const lookLateMs = 1_500;
/** After a page was hidden, its painter reports the pause as if it had been late. */
const excuseMs = 2_500;

export type PaintWatch = {
  readonly isStuck: boolean;
  /** Until when it is taken to paint without a word. */
  readonly trustedUntilMs: number;
  /** Until then a late frame tells of a hidden page. */
  readonly excusedUntilMs: number;
  readonly lookedAtMs: number;
};

/** Times are of a steady clock, ms. */
export function startWatch(nowMs: number): PaintWatch {
  return { isStuck: false, trustedUntilMs: nowMs + startMs, excusedUntilMs: nowMs, lookedAtMs: nowMs };
}

/** The painter said how late its frames were. */
export function heardReport(watch: PaintWatch, lateMs: number, nowMs: number): PaintWatch {
  const isStuck = lateMs > stuckMs && nowMs >= watch.excusedUntilMs;
  return { ...watch, isStuck, trustedUntilMs: nowMs + stuckMs };
}

/** The page looks; about twice a second. */
export function lookAtPainter(watch: PaintWatch, nowMs: number, isSeen: boolean): PaintWatch {
  const looked = { ...watch, lookedAtMs: nowMs };
  const trust = { trustedUntilMs: Math.max(watch.trustedUntilMs, nowMs + stuckMs) };
  if (!isSeen) return { ...looked, ...trust, excusedUntilMs: nowMs + excuseMs };
  if (nowMs - watch.lookedAtMs > lookLateMs) return { ...looked, ...trust };
  return nowMs > watch.trustedUntilMs ? { ...looked, isStuck: true } : looked;
}
