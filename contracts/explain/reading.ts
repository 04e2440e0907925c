/** Finds the reading that raised an alarm. */
import { parseInstant } from '../time.ts';
import type { History } from './history.ts';
import type { AlarmRecords, ReadingTimes } from './records.ts';

/**
 * Returns the reading at whose device time the delay of the condition had passed: the first record of it in the log. Undefined if records
 * of readings are missing, because then an earlier record of the same reading may be among the missing ones.
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
