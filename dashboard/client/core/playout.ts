/**
 * When the pen is where: samples come in chunks, the pen runs smoothly. It trails the newest event time seen by the longest
 * chunk plus a margin, and never needs the device's clock to agree with the browser's.
 */

/** Room for jitter between device and screen, ms. */
export const playoutMarginMs = 400;
/** Longest delay that is still called live; a device that sends larger chunks shows them in steps. */
export const playoutDelayMaxMs = 6000;
/** How long a quickest arrival counts: after it, a slower way is taken for the ordinary one. */
const leadWindowMs = 30_000;
/** Further from its mark than this, the pen jumps instead of hurrying. */
const jumpMs = 3000;

export type Playout = {
  /** Event time minus screen time of the quickest arrivals: of this window and of the one before. */
  lead: number;
  leadBefore: number;
  windowFromMs: number;
  chunkMs: number;
  /** Where the pen is, event time, and when it was put there, screen time. NaN before the first chunk. */
  penMs: number;
  penAtMs: number;
};

export function createPlayout(): Playout {
  const none = Number.NEGATIVE_INFINITY;
  return { lead: none, leadBefore: none, windowFromMs: none, chunkMs: 0, penMs: Number.NaN, penAtMs: 0 };
}

/** A chunk came: `endMs` is the event time after its last sample, `nowMs` the screen's monotonic clock. Mutates. */
export function chunkArrived(playout: Playout, startMs: number, endMs: number, nowMs: number): void {
  if (nowMs - playout.windowFromMs > leadWindowMs) {
    playout.leadBefore = nowMs - playout.windowFromMs > 2 * leadWindowMs ? Number.NEGATIVE_INFINITY : playout.lead;
    playout.lead = Number.NEGATIVE_INFINITY;
    playout.windowFromMs = nowMs;
  }
  playout.lead = Math.max(playout.lead, endMs - nowMs);
  playout.chunkMs = Math.max(playout.chunkMs * 0.99, Math.min(endMs - startMs, playoutDelayMaxMs));
}

/** Moves the pen to where it belongs at `nowMs` and returns its event time; NaN before the first chunk. Mutates. */
export function movePen(playout: Playout, nowMs: number): number {
  const lead = Math.max(playout.lead, playout.leadBefore);
  if (!Number.isFinite(lead)) return Number.NaN;
  const mark = nowMs + lead - Math.min(playout.chunkMs + playoutMarginMs, playoutDelayMaxMs);
  const passed = Math.max(0, nowMs - playout.penAtMs);
  const off = mark - (playout.penMs + passed);
  // It hurries or lingers by at most a quarter, so that a late chunk does not tear the trace.
  const next =
    Number.isNaN(playout.penMs) || Math.abs(off) > jumpMs
      ? mark
      : playout.penMs + passed + Math.max(-0.25 * passed, Math.min(0.25 * passed, off));
  playout.penMs = next;
  playout.penAtMs = nowMs;
  return next;
}
