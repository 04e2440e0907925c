/**
 * Computes the position of the pen that draws a wave. Samples come in chunks, but the pen moves smoothly. The pen stays
 * behind the newest event time by the longest chunk plus a margin. The device's clock may differ from the browser's
 * clock.
 */

import { createLead, type Lead, remoteAt, updateLead } from './lead.ts';

/** How much the time from device to screen may vary before the pen has no samples to draw, ms. */
export const playoutMarginMs = 400;
/** Longest delay that still counts as live. The trace of a device that sends longer chunks moves in steps. */
export const playoutDelayMaxMs = 6000;
/**
 * If the delay of all new chunks is longer than before by more than this, a clock was set or the connection is slower.
 */
const stepMs = 300;
/**
 * If the pen is further behind its target than this, the pen jumps to the target. If the distance is shorter, the pen
 * moves faster.
 */
const jumpMs = 3000;
/**
 * If the pen is further ahead of its target than this, the pen jumps back, because it has no samples to draw. If the
 * distance is shorter, the pen moves slower.
 */
const jumpBackMs = 800;

export type Playout = {
  /** How far the event time is ahead of the screen's clock, estimated from the chunks with the smallest delay. */
  readonly lead: Lead;
  chunkMs: number;
  /** Event time at the pen; NaN before the first chunk. */
  penMs: number;
  /** When the pen was last moved, by the screen's monotonic clock. */
  penAtMs: number;
};

export function createPlayout(): Playout {
  return { lead: createLead(), chunkMs: 0, penMs: Number.NaN, penAtMs: 0 };
}

/**
 * Updates `playout` with a chunk.
 * @param startMs event time of the first sample
 * @param endMs event time after the last sample
 * @param nowMs the screen's monotonic clock
 */
export function updatePlayout(playout: Playout, startMs: number, endMs: number, nowMs: number): void {
  updateLead(playout.lead, endMs, nowMs, stepMs);
  playout.chunkMs = Math.max(playout.chunkMs * 0.99, Math.min(endMs - startMs, playoutDelayMaxMs));
}

/** Moves the pen to its place at `nowMs`. Returns the event time at the pen; NaN before the first chunk. */
export function movePen(playout: Playout, nowMs: number): number {
  const newestMs = remoteAt(playout.lead, nowMs);
  if (newestMs === undefined) return Number.NaN;
  const targetMs = newestMs - Math.min(playout.chunkMs + playoutMarginMs, playoutDelayMaxMs);
  const passedMs = Math.max(0, nowMs - playout.penAtMs);
  const differenceMs = targetMs - (playout.penMs + passedMs);
  // The speed of the pen changes by at most a quarter, so that a late chunk does not tear the trace.
  const nextPenMs =
    Number.isNaN(playout.penMs) || differenceMs > jumpMs || differenceMs < -jumpBackMs
      ? targetMs
      : playout.penMs + passedMs + Math.max(-0.25 * passedMs, Math.min(0.25 * passedMs, differenceMs));
  playout.penMs = nextPenMs;
  playout.penAtMs = nowMs;
  return nextPenMs;
}
