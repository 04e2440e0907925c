/**
 * Whether the painter of the waves still paints, judged by its reports (one a second). A trace that stands still in
 * full colour looks like a normal heartbeat, so it must leave the screen when its painter has died or hangs.
 */

/** On a visible page the painter is stuck after this long without a report, or without a frame. */
const stuckMs = 3_000;
/** Before its first report the painter has drawn nothing: it may take this long to load. */
const startMs = 15_000;
/** A page that checks this late was busy or asleep itself, and may have reports waiting. */
const lookLateMs = 1_500;
/** After a page was hidden, its painter reports the pause as if it had been late. */
const excuseMs = 2_500;

export type PaintWatch = {
  readonly isStuck: boolean;
  /** Until this time the painter counts as painting without a report. */
  readonly trustedUntilMs: number;
  /** Until this time a late frame means that the page was hidden. */
  readonly excusedUntilMs: number;
  readonly lookedAtMs: number;
};

/** Times are of a steady clock, ms. */
export function startWatch(nowMs: number): PaintWatch {
  return { isStuck: false, trustedUntilMs: nowMs + startMs, excusedUntilMs: nowMs, lookedAtMs: nowMs };
}

/** Notes a report of the painter: how late its frames were. */
export function heardReport(watch: PaintWatch, lateMs: number, nowMs: number): PaintWatch {
  const isStuck = lateMs > stuckMs && nowMs >= watch.excusedUntilMs;
  return { ...watch, isStuck, trustedUntilMs: nowMs + stuckMs };
}

/** Checks the painter; call it about twice a second. */
export function lookAtPainter(watch: PaintWatch, nowMs: number, isSeen: boolean): PaintWatch {
  const looked = { ...watch, lookedAtMs: nowMs };
  const trust = { trustedUntilMs: Math.max(watch.trustedUntilMs, nowMs + stuckMs) };
  if (!isSeen) return { ...looked, ...trust, excusedUntilMs: nowMs + excuseMs };
  if (nowMs - watch.lookedAtMs > lookLateMs) return { ...looked, ...trust };
  return nowMs > watch.trustedUntilMs ? { ...looked, isStuck: true } : looked;
}
