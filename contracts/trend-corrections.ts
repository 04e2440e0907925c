/**
 * Remembers the written readings of the newest instants of each association. InfluxDB keeps the last point that is
 * written for an instant. So an old reading that is sent again after its correction must not be written.
 */
import { isRepeatedReading, type ReadingId, withAcceptedReading } from './corrections.ts';

/**
 * Maximum number of remembered instants of an association. More are not needed, because a device sends only its last
 * unacknowledged messages again.
 */
export const instantsMax = 64;
/**
 * Maximum number of remembered associations. If there are more, the trend writer forgets the association that has got
 * no reading for the longest time.
 */
export const associationsMax = 5_000;

/**
 * `written`: the last written reading of each start of the device. The last entry is the reading that is in InfluxDB.
 */
type Instant = { readonly timeMs: number; written: readonly ReadingId[] };

/** The instants of each association. The association with the newest reading is the last. */
export type Corrections = Map<string, Instant[]>;

/**
 * Remembers a reading and returns true, if the reading must be written. Returns false if a correction of the reading
 * was written before. Call this function in the order of the log.
 */
export function acceptReading(corrections: Corrections, associationId: string, timeMs: number, id: ReadingId): boolean {
  const instants = corrections.get(associationId) ?? [];
  corrections.delete(associationId);
  corrections.set(associationId, instants);
  if (corrections.size > associationsMax) corrections.delete(corrections.keys().next().value!);
  const instant = instants.findLast((each) => each.timeMs === timeMs);
  if (instant === undefined) {
    instants.push({ timeMs, written: [id] });
    if (instants.length > instantsMax) instants.shift();
    return true;
  }
  const last = instant.written.at(-1);
  if (last?.boot === id.boot && last.seq === id.seq) return true;
  if (isRepeatedReading(instant.written, id)) return false;
  instant.written = withAcceptedReading(instant.written, id);
  return true;
}
