/**
 * Recognizes repeated readings, which must change nothing (DESIGN, "Identities"). A repeat has the same number and the
 * same time as an earlier reading. The number alone is not enough, because a device may start to count again under the
 * same `boot`. Pure.
 */

/** A range of numbers without a gap, and the device times of the first and the last number. */
type Range = { readonly from: number; readonly to: number; readonly fromAt: number; readonly toAt: number };

/** The readings that came: for each boot its ranges, the highest range last. The most recently used boot is last. */
export type Seen = readonly { readonly boot: string; readonly ranges: readonly Range[] }[];

const bootsMax = 8;
const rangesMax = 32;

/**
 * The time of a number inside a range is estimated from an even pace. A reading is a repeat only if its time differs
 * from the estimate by at most this (ours).
 */
const evenMs = 5_000;
/** If the next number comes more than this too early or too late for the pace of a range, a new range begins (ours). */
const paceMs = 1_000;

/**
 * Handles one reading and says whether it is a repeat. If this is not certain, or if the ranges no longer contain the
 * number, the reading counts as new: a reading that is judged twice does no harm, but a lost reading does.
 */
export function noteSeen(
  seen: Seen,
  boot: string,
  seq: number,
  time: number,
): { readonly seen: Seen; readonly repeat: boolean } {
  const last = seen.at(-1);
  const entry = last?.boot === boot ? last : seen.find((candidate) => candidate.boot === boot);
  const ranges = entry?.ranges ?? [];
  const end = ranges.at(-1);
  // The usual case: the next number, at the pace of the range.
  if (entry === last && end !== undefined && seq === end.to + 1 && isPaced(end, time - end.toAt))
    return { seen: seen.with(-1, { boot, ranges: ranges.with(-1, { ...end, to: seq, toAt: time }) }), repeat: false };
  const rangeOfNumber = ranges.findLast((range) => seq >= range.from && seq <= range.to);
  if (rangeOfNumber !== undefined && isTimeOf(rangeOfNumber, seq, time)) return { seen, repeat: true };
  // The number came before with another time: the device has started to count again, so the old numbers are dropped.
  const next =
    rangeOfNumber === undefined ? withNumber(ranges, seq, time) : [{ from: seq, to: seq, fromAt: time, toAt: time }];
  const others = entry === last && last !== undefined ? seen.slice(0, -1) : seen.filter((other) => other.boot !== boot);
  return { seen: [...others, { boot, ranges: next }].slice(-bootsMax), repeat: false };
}

/** Returns whether a number next to a range keeps the pace of the range. Only then may the number join the range. */
function isPaced({ from, to, fromAt, toAt }: Range, stepMs: number): boolean {
  return from === to || Math.abs(stepMs - (toAt - fromAt) / (to - from)) <= paceMs;
}

/**
 * Returns whether a number of a range can have had a certain time. The times of the first and the last number are
 * exact.
 */
function isTimeOf({ from, to, fromAt, toAt }: Range, seq: number, time: number): boolean {
  if (seq === from) return time === fromAt;
  if (seq === to) return time === toAt;
  const estimate = fromAt + ((toAt - fromAt) * (seq - from)) / (to - from);
  return time >= fromAt && time <= toAt && Math.abs(time - estimate) <= evenMs;
}

/** Returns the ranges with a number that no range contains yet. */
function withNumber(ranges: readonly Range[], seq: number, at: number): readonly Range[] {
  // The search starts at the end, because the number nearly always follows the last range.
  let i = ranges.length - 1;
  while (i >= 0 && seq < ranges[i]!.from) i -= 1;
  const below = ranges[i];
  const above = ranges[i + 1];
  const joinsBelow = below !== undefined && below.to === seq - 1 && isPaced(below, at - below.toAt);
  const joinsAbove = above !== undefined && above.from === seq + 1 && isPaced(above, above.fromAt - at);
  const range = {
    from: joinsBelow ? below.from : seq,
    fromAt: joinsBelow ? below.fromAt : at,
    to: joinsAbove ? above.to : seq,
    toAt: joinsAbove ? above.toAt : at,
  };
  const before = ranges.slice(0, joinsBelow ? i : i + 1);
  const after = ranges.slice(joinsAbove ? i + 2 : i + 1);
  return [...before, range, ...after].slice(-rangesMax);
}
