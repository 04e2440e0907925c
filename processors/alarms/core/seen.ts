/**
 * The readings that an association has had: a repeat is a no-op (DESIGN, "Identities"). The number alone does not show a repeat: a device
 * that begins to number anew under the same `boot` sends other readings under the same numbers. So a repeat has the same number and the
 * same time. Pure.
 */

/** Numbers without a hole between them, and the device times of the first and the last. */
type Range = { readonly from: number; readonly to: number; readonly fromAt: number; readonly toAt: number };

/** By boot, the most recently used last. Of each boot the ranges, the highest last. */
export type Seen = readonly { readonly boot: string; readonly ranges: readonly Range[] }[];

const bootsMax = 8;
const rangesMax = 32;

/** A device sends at an even pace. So the time of a number within a range can be estimated; a repeat is at most this far from it (ours). */
const evenMs = 5_000;
/** A step that differs by more than this from the pace of a range begins another range: the device had paused (ours). */
const paceMs = 1_000;

/**
 * Notes one reading. A reading that was forgotten at a bound, or that is in doubt, counts as not seen. To judge a repeat twice is harmless;
 * to lose a reading is not.
 */
export function note(
  seen: Seen,
  boot: string,
  seq: number,
  time: number,
): { readonly seen: Seen; readonly repeat: boolean } {
  const last = seen.at(-1);
  const entry = last?.boot === boot ? last : seen.find((candidate) => candidate.boot === boot);
  const ranges = entry?.ranges ?? [];
  const end = ranges.at(-1);
  // Nearly always it is the next number, at its pace.
  if (entry === last && end !== undefined && seq === end.to + 1 && isPaced(end, time - end.toAt))
    return { seen: seen.with(-1, { boot, ranges: ranges.with(-1, { ...end, to: seq, toAt: time }) }), repeat: false };
  const hit = ranges.findLast((range) => seq >= range.from && seq <= range.to);
  if (hit !== undefined && isTimeOf(hit, seq, time)) return { seen, repeat: true };
  // The number came before with another time: the device numbers anew, and the old numbers mean nothing any more.
  const next = hit === undefined ? inserted(ranges, seq, time) : [{ from: seq, to: seq, fromAt: time, toAt: time }];
  const others = entry === last && last !== undefined ? seen.slice(0, -1) : seen.filter((other) => other.boot !== boot);
  return { seen: [...others, { boot, ranges: next }].slice(-bootsMax), repeat: false };
}

/** Returns whether a number next to a range keeps the range's pace. If it does not, times within the range would be estimated wrongly. */
function isPaced({ from, to, fromAt, toAt }: Range, stepMs: number): boolean {
  return from === to || Math.abs(stepMs - (toAt - fromAt) / (to - from)) <= paceMs;
}

/** Returns whether this number of a range may have had this time. The times at both ends are exact. */
function isTimeOf({ from, to, fromAt, toAt }: Range, seq: number, time: number): boolean {
  if (seq === from) return time === fromAt;
  if (seq === to) return time === toAt;
  const even = fromAt + ((toAt - fromAt) * (seq - from)) / (to - from);
  return time >= fromAt && time <= toAt && Math.abs(time - even) <= evenMs;
}

/** Returns the ranges with `seq`, which no range contains yet. */
function inserted(ranges: readonly Range[], seq: number, at: number): readonly Range[] {
  // Starts at the end: the next number nearly always follows the last range.
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
  const left = ranges.slice(0, joinsBelow ? i : i + 1);
  const right = ranges.slice(joinsAbove ? i + 2 : i + 1);
  return [...left, range, ...right].slice(-rangesMax);
}
