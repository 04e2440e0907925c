/**
 * Counts the reading numbers that are left out, come later, or come twice. The gateway starts new counts for each
 * connection, because the device may have sent the earlier numbers to another gateway. The dashboard counts the
 * readings of a device in the log. The readers of the log decide whether a reading is finally lost
 * (docs/decisions/011-gap-watch.md).
 */
import { countsByOne } from './reading-numbers.ts';

export type Continuity = {
  boot: string | undefined;
  /** Number that should come next. */
  nextSeq: number;
  /** Device time of the reading with the highest number. */
  timeMs: number;
  /** Ranges of missing numbers, `[from, to]`, both included, the oldest first; at most `max` of `noteNumber`. */
  holes: [number, number][];
};

/** `filled`: missing numbers that came later. `odd`: jumps so large that the device does not seem to count by one. */
export type ContinuityCounts = { missing: number; filled: number; repeated: number; odd: number };

/**
 * Maximum number of holes that are remembered, if the caller gives no other. Above this number the oldest hole is
 * dropped. Numbers of a dropped hole that come later are counted as repeated.
 */
const holesMax = 16;

export function newContinuity(): Continuity {
  return { boot: undefined, nextSeq: 0, timeMs: 0, holes: [] };
}

/**
 * Handles the number of one reading, and adds to `counts`. `counts.missing - counts.filled` is the number of readings
 * that are still missing. Readings of a dropped hole, or of an earlier start (`boot`), that come later stay in this
 * number.
 * @param max maximum number of holes that are remembered
 */
export function noteNumber(
  state: Continuity,
  boot: string,
  seq: number,
  timeMs: number,
  counts: ContinuityCounts,
  max = holesMax,
): void {
  if (seq === state.nextSeq && boot === state.boot) {
    state.nextSeq += 1;
    state.timeMs = timeMs;
    return;
  }
  if (boot !== state.boot) {
    state.boot = boot;
    state.holes = [];
  } else if (seq < state.nextSeq) {
    if (fillHoles(state, seq, seq, max) > 0) counts.filled += 1;
    else counts.repeated += 1;
    return;
  } else if (!countsByOne(seq - state.nextSeq, timeMs - state.timeMs)) {
    counts.odd += 1;
  } else {
    counts.missing += seq - state.nextSeq;
    state.holes = [...state.holes, [state.nextSeq, seq - 1] as [number, number]].slice(-max);
  }
  state.nextSeq = seq + 1;
  state.timeMs = timeMs;
}

/**
 * Removes the numbers from `from` to `to`, both included, from the holes.
 * @returns how many of these numbers were in a hole
 */
export function fillHoles(state: Continuity, from: number, to: number, max = holesMax): number {
  let filled = 0;
  const holes = state.holes.flatMap((hole): [number, number][] => {
    const [holeFrom, holeTo] = hole;
    if (to < holeFrom || from > holeTo) return [hole];
    filled += Math.min(to, holeTo) - Math.max(from, holeFrom) + 1;
    const rest: [number, number][] = [
      [holeFrom, from - 1],
      [to + 1, holeTo],
    ];
    return rest.filter(([a, b]) => a <= b);
  });
  if (filled > 0) state.holes = holes.slice(-max);
  return filled;
}
