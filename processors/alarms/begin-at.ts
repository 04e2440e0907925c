/** Decides at which offset an alarm processor begins to read a partition, and which restored states are valid there. */
import type { AlarmState } from '../../contracts/messages/alarms.ts';

/**
 * Maximum number of records of a partition that are judged again if the log was recreated or lost its end. Judging so
 * many records takes some seconds.
 */
const rejudgedMax = 100_000n;

export type Beginning = {
  readonly start: bigint;
  readonly states: readonly AlarmState[];
  /**
   * The committed offset or the offset of a state is after the end of the log. So the topic was deleted and created
   * again, or the log lost its end.
   */
  readonly isRecreated: boolean;
};

/**
 * Returns the offset at which to begin, usually the group's committed offset. In a recreated log, new readings have
 * offsets that were used before. With a state of the former log, the engine would skip the new readings at these
 * offsets. Nobody knows which states are of the former log. So in a recreated log, the processor begins at most
 * `rejudgedMax` records before the end. If the offset of a state is after this beginning, the beginning replaces the
 * offset. A reading that is judged twice changes nothing.
 * @param committed the next offset to read
 * @param ends the first offset of the log, and the offset after its last record
 */
export function findBeginning(
  committed: bigint,
  { low, high }: { readonly low: bigint; readonly high: bigint },
  states: readonly AlarmState[],
): Beginning {
  const isBehindEnd = ({ offsets }: AlarmState) => BigInt(offsets.observations) > high;
  const isRecreated = committed > high || states.some(isBehindEnd);
  if (!isRecreated) return { start: committed > low ? committed : low, states, isRecreated };
  const start = high - low > rejudgedMax ? high - rejudgedMax : low;
  const corrected = states.map((state) =>
    BigInt(state.offsets.observations) > start
      ? { ...state, offsets: { ...state.offsets, observations: String(start) } }
      : state,
  );
  return { start, states: corrected, isRecreated };
}
