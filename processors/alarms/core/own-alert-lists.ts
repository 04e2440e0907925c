/** The order of the lists of alarms that a device sends. Pure. */
import type { AlertsInput } from './inputs.ts';

/** A list of a device's alarms, without the alarms. */
export type List = {
  readonly boot: string;
  readonly seq: number;
  readonly time: number;
  readonly receivedAt: number;
  /** It is unknown whether the list is of the device's newest start. */
  readonly unclear?: true;
};

/** The clocks of two gateways differ by less than this (ours). */
const gatewaysApartMsMax = 10_000;

/**
 * Compares a list with the lists that came before. Returns whether the list is newer than these lists, older than the
 * newest of them, a repeat, or unclear.
 * - Within one start of the device the number decides. If a number comes again with another time, or is lower at a
 *   later time, the device has started to count again: the list is newer.
 * - The first list of another start is newer if it was not received much earlier than the last list. A further list of
 *   that start is newer if its time is later than the time of the last list.
 * - A late list of an unknown start is unclear if its time is not later than the time of the last list. Such a list may
 *   be a delayed list of an earlier start, or a list of a new start whose clock is behind. The start stays unclear
 *   until a current list of this start comes.
 */
export function listOrderOf(
  lists: readonly List[],
  { boot, seq, time, receivedAt }: AlertsInput,
  late: boolean,
): 'newest' | 'older' | 'repeat' | 'unclear' {
  const last = lists.at(-1);
  if (last === undefined) return 'newest';
  const listsOfStart = lists.filter((list) => list.boot === boot);
  const listsWithNumber = listsOfStart.filter((list) => list.seq === seq);
  if (listsWithNumber.some((list) => list.time === time)) return 'repeat';
  if (last.boot === boot) return seq > last.seq || time > last.time || listsWithNumber.length > 0 ? 'newest' : 'older';
  if (listsOfStart.some(({ unclear }) => !unclear)) return time > last.time ? 'newest' : 'older';
  if (listsOfStart.some((list) => list.seq > seq)) return 'older';
  if (late && time <= last.time) return 'unclear';
  return receivedAt >= last.receivedAt - gatewaysApartMsMax ? 'newest' : 'older';
}

/** Returns whether a list is later than another list. */
export const isLater = (other: List, list: List) =>
  other.boot === list.boot ? other.seq > list.seq : other.time > list.time;
