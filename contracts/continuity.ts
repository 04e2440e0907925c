/**
 * Counts the numbers of readings that a connection leaves out, sends later, or sends twice. Each connection starts with new counts,
 * because the device may have sent the earlier numbers to another gateway. The readers of the log decide whether a reading is finally lost
 * (docs/decisions/011-gap-watch.md).
 */
import { countsByOne } from './reading-numbers.ts';

export type Continuity = {
  boot: string | undefined;
  /** Number that should come next. */
  nextSeq: number;
  /** Device time of the reading with the highest number. */
  timeMs: number;
  /** Ranges of missing numbers, `[from, to]`, both included, the oldest first; at most `holesMax`. */
  holes: [number, number][];
};

/** `filled`: missing numbers that came later. `odd`: jumps so large that the device does not seem to count by one. */
export type ContinuityCounts = { missing: number; filled: number; repeated: number; odd: number };

/**
 * Maximum number of holes that are remembered. Above this number the oldest hole is dropped. If numbers of this hole come later, they are
 * counted as repeated.
 */
const holesMax = 16;

export function newContinuity(): Continuity {
  return { boot: undefined, nextSeq: 0, timeMs: 0, holes: [] };
}

/** Counts the number of one reading in `counts`. `counts.missing - counts.filled` is the number of readings that are still missing. */
export function noteNumber(
  state: Continuity,
  boot: string,
  seq: number,
  timeMs: number,
  counts: ContinuityCounts,
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
    if (fillHole(state, seq)) counts.filled += 1;
    else counts.repeated += 1;
    return;
  } else if (!countsByOne(seq - state.nextSeq, timeMs - state.timeMs)) {
    counts.odd += 1;
  } else {
    counts.missing += seq - state.nextSeq;
    state.holes = [...state.holes, [state.nextSeq, seq - 1] as [number, number]].slice(-holesMax);
  }
  state.nextSeq = seq + 1;
  state.timeMs = timeMs;
}

/** Removes a number from the holes. @returns whether the number was in a hole */
function fillHole(state: Continuity, seq: number): boolean {
  const filledHole = state.holes.find(([from, to]) => seq >= from && seq <= to);
  if (filledHole === undefined) return false;
  const [from, to] = filledHole;
  const remainingHoles = (
    [
      [from, seq - 1],
      [seq + 1, to],
    ] as [number, number][]
  ).filter(([a, b]) => a <= b);
  state.holes = state.holes.flatMap((hole) => (hole === filledHole ? remainingHoles : [hole])).slice(-holesMax);
  return true;
}
