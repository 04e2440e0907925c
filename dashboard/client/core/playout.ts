/**
 * Where the pen is: samples come in chunks, the pen runs smoothly. It is behind the newest event time by the longest
 * chunk plus a margin, and does not need the device's clock to agree with the browser's.
 */

import { createLead, type Lead, remoteAt, sawRemote } from './lead.ts';

/** Room for jitter between device and screen, ms. */
export const playoutMarginMs = 400;
/** Longest delay that still counts as live; a device that sends larger chunks shows them in steps. */
export const playoutDelayMaxMs = 6000;
/** If chunks keep coming later than before by more than this, the screen's clock was set, or the way became slower. */
const stepMs = 300;
/** If the pen is further behind its mark than this, it jumps instead of hurrying. */
const jumpMs = 3000;
/**
 * If it is further ahead of its mark than this, it jumps back instead of slowing down: there is nothing to draw at its
 * place.
 */
const jumpBackMs = 800;

export type Playout = {
  /** Event time against screen time, of the quickest chunks. */
  readonly lead: Lead;
  chunkMs: number;
  /** Where the pen is, event time, and when it was put there, screen time. NaN before the first chunk. */
  penMs: number;
  penAtMs: number;
};

export function createPlayout(): Playout {
  return { lead: createLead(), chunkMs: 0, penMs: Number.NaN, penAtMs: 0 };
}

/** Takes a chunk: `endMs` is the event time after its last sample, `nowMs` the screen's monotonic clock. Mutates. */
export function chunkArrived(playout: Playout, startMs: number, endMs: number, nowMs: number): void {
  sawRemote(playout.lead, endMs, nowMs, stepMs);
  playout.chunkMs = Math.max(playout.chunkMs * 0.99, Math.min(endMs - startMs, playoutDelayMaxMs));
}

/** Moves the pen to its place at `nowMs` and returns its event time; NaN before the first chunk. Mutates. */
export function movePen(playout: Playout, nowMs: number): number {
  const newest = remoteAt(playout.lead, nowMs);
  if (newest === undefined) return Number.NaN;
  const mark = newest - Math.min(playout.chunkMs + playoutMarginMs, playoutDelayMaxMs);
  const passed = Math.max(0, nowMs - playout.penAtMs);
  const off = mark - (playout.penMs + passed);
  // The pen is faster or slower by at most a quarter, so that a late chunk does not tear the trace.
  const next =
    Number.isNaN(playout.penMs) || off > jumpMs || off < -jumpBackMs
      ? mark
      : playout.penMs + passed + Math.max(-0.25 * passed, Math.min(0.25 * passed, off));
  playout.penMs = next;
  playout.penAtMs = nowMs;
  return next;
}
