/** Where an alarm processor begins to read a partition, and what of its states still holds there. */
import type { AlarmState } from '../../contracts/messages/alarms.ts';

/** Of a log that was made anew or cut, so many records of a partition are judged again at most: some seconds of work. */
const againMax = 100_000n;

export type Beginning = {
  readonly start: bigint;
  readonly states: readonly AlarmState[];
  /** Something was read up to an offset that the log has not reached: the topic was deleted and made again, or lost its end. */
  readonly isAnew: boolean;
};

/**
 * As a rule what the group has committed. Of a log that is shorter than what was read of it, its last records: offsets are given again there,
 * and a state that says that it holds them would skip them. To judge a reading twice changes nothing.
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
