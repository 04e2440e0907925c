/** Finds the reading that raised an alarm. */
import { parseInstant } from '../time.ts';
import type { History } from './history.ts';
import type { AlarmRecords, ReadingTimes } from './records.ts';

/**
 * Returns the reading that ended the delay of the condition: the first reading, by device time, after the delay. If the
 * log has this reading several times, returns its first record. Undefined if records of readings are missing, because
 * one of them may be an earlier record of this reading.
 */
export function determiningReading(
  { observations }: AlarmRecords,
  { first }: Pick<History, 'first'>,
): ReadingTimes | undefined {
  const { code } = first;
  if (!observations.isWhole || code === undefined) return undefined;
  const determinedMs = parseInstant(first.determinedAt);
  return observations.readings.find(({ measuredMs, codes }) => measuredMs === determinedMs && codes.includes(code));
}
