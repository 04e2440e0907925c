/** Which readings an association has had, by device boot and sequence number: a repeat is a no-op (DESIGN, "Identities"). */
import { bootsMax, rangesMax } from './tuning.ts';

/** By boot, the most recently used last: ascending, closed ranges `[from, to, from, to, …]`. */
export type Seen = readonly { readonly boot: string; readonly ranges: readonly number[] }[];

/**
 * Notes one reading. Of a boot with more than `rangesMax` ranges the lowest is forgotten, of more than `bootsMax` boots the
 * one used longest ago: what is forgotten counts as not seen, since judging a repeat twice is harmless and losing a reading is not.
 */
export function note(seen: Seen, boot: string, seq: number): { seen: Seen; repeat: boolean } {
  const last = seen.at(-1);
  const entry = last?.boot === boot ? last : seen.find((one) => one.boot === boot);
  const ranges = insert(entry?.ranges ?? [], seq);
  if (ranges === undefined) return { seen, repeat: true };
  const others = entry === last && last !== undefined ? seen.slice(0, -1) : seen.filter((one) => one.boot !== boot);
  return { seen: [...others, { boot, ranges }].slice(-bootsMax), repeat: false };
}

/** The ranges with `seq`; undefined where they hold it. */
function insert(ranges: readonly number[], seq: number): readonly number[] | undefined {
  // From the end: the next number follows the last range, all but always.
  let i = ranges.length - 2;
  while (i >= 0 && seq < ranges[i]!) i -= 2;
  if (i >= 0 && seq <= ranges[i + 1]!) return undefined;
  const joinsBelow = i >= 0 && ranges[i + 1] === seq - 1;
  const joinsAbove = ranges[i + 2] === seq + 1;
  const from = joinsBelow ? ranges[i]! : seq;
  const to = joinsAbove ? ranges[i + 3]! : seq;
  const below = ranges.slice(0, joinsBelow ? i : i + 2);
  const above = ranges.slice(joinsAbove ? i + 4 : i + 2);
  return [...below, from, to, ...above].slice(-2 * rangesMax);
}
