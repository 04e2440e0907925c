/**
 * Counts which numbers a connection leaves out and sends again. A reading that follows the one before costs one comparison. The count
 * begins anew with each connection, since the device may have been at another gateway in between. The log's readers judge whether a
 * reading is lost for good (docs/decisions/011-gap-watch.md).
 */
export type Continuity = {
  boot: string | undefined;
  /** The number that should come next. */
  next: number;
  timeMs: number;
  /** Numbers left out, `[from, to]`, the oldest first; at most `holesMax`. */
  holes: [number, number][];
};

export type ContinuityCounts = { missing: number; filled: number; repeated: number; odd: number };

/** Above this number the oldest hole is dropped. If its numbers come later, they count as repeated. */
const holesMax = 16;
/** If a device jumps further than this, and has a number for each 10 ms, it does not count by one. */
const numbersAtOnceMax = 20;
const numberMsMin = 10;

export function newContinuity(): Continuity {
  return { boot: undefined, next: 0, timeMs: 0, holes: [] };
}

/** Notes one reading's number. `counts.missing` less `counts.filled` is what has not come. */
export function noteNumber(now: Continuity, boot: string, seq: number, timeMs: number, counts: ContinuityCounts): void {
  if (seq === now.next && boot === now.boot) {
    now.next += 1;
    now.timeMs = timeMs;
    return;
  }
  if (boot !== now.boot) {
    now.boot = boot;
    now.holes = [];
  } else if (seq < now.next) {
    if (fill(now, seq)) counts.filled += 1;
    else counts.repeated += 1;
    return;
  } else if (seq - now.next > numbersAtOnceMax + Math.abs(timeMs - now.timeMs) / numberMsMin) {
    counts.odd += 1;
  } else {
    counts.missing += seq - now.next;
    now.holes = [...now.holes, [now.next, seq - 1] as [number, number]].slice(-holesMax);
  }
  now.next = seq + 1;
  now.timeMs = timeMs;
}

function fill(now: Continuity, seq: number): boolean {
  const hit = now.holes.find(([from, to]) => seq >= from && seq <= to);
  if (hit === undefined) return false;
  const [from, to] = hit;
  const left = (
    [
      [from, seq - 1],
      [seq + 1, to],
    ] as [number, number][]
  ).filter(([a, b]) => a <= b);
  now.holes = now.holes.flatMap((hole) => (hole === hit ? left : [hole])).slice(-holesMax);
  return true;
}
