/** Where an alarm processor begins to read a partition, and which of its states are still valid there. */
import type { AlarmState } from '../../contracts/messages/alarms.ts';

/** If the log was made anew or was cut, at most this many records of a partition are judged again: some seconds of work. */
const againMax = 100_000n;

export type Beginning = {
  readonly start: bigint;
  readonly states: readonly AlarmState[];
  /** A reader had read further than the log now reaches: the topic was deleted and made again, or lost its end. */
  readonly isAnew: boolean;
};

/**
 * Returns where to begin: usually at the group's committed offset. If the log is shorter than that, it begins at the last records of the
 * log. The log gives those offsets again, and an old state would skip them. Judging a reading twice changes nothing.
 * @param committed next offset to read
 * @param ends first offset of the log, and the one after its last
 */
export function beginAt(
  committed: bigint,
  { low, high }: { readonly low: bigint; readonly high: bigint },
  states: readonly AlarmState[],
): Beginning {
  const isPast = ({ offsets }: AlarmState) => BigInt(offsets.observations) > high;
  const isAnew = committed > high || states.some(isPast);
  if (!isAnew) return { start: committed > low ? committed : low, states, isAnew };
  const start = high - low > againMax ? high - againMax : low;
  const mended = states.map((state) =>
    isPast(state) ? { ...state, offsets: { ...state.offsets, observations: String(start) } } : state,
  );
  return { start, states: mended, isAnew };
}
