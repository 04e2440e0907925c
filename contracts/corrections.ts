/**
 * Decides which of two readings with the same device time is used. A device may correct a value, or send a message
 * twice. Pure.
 */

/** The identity of a reading, from its envelope. The gateway gives the identity if the device does not. */
export type ReadingId = { readonly boot: string; readonly seq: number };

/** Maximum number of starts (`boot`) of a device that are kept for one device time. */
export const bootsMax = 4;

/**
 * Returns whether a reading is a repeat, which must be ignored. A second reading with the same device time is a
 * correction only if its `seq` is greater than the `seq` of all accepted readings of the same `boot`. Otherwise the
 * second reading repeats a message, or has already been corrected.
 * @param accepted the accepted readings with this device time: the last reading of each `boot`
 */
export function isRepeatedReading(accepted: readonly ReadingId[], reading: ReadingId): boolean {
  return accepted.some(({ boot, seq }) => boot === reading.boot && reading.seq <= seq);
}

/**
 * Returns the accepted readings, in which `reading` has replaced the reading of the same `boot`. If the result has more
 * than `bootsMax` readings, drops the oldest reading.
 */
export function withAcceptedReading<Reading extends ReadingId>(
  accepted: readonly Reading[],
  reading: Reading,
): readonly Reading[] {
  if (accepted.length === 1 && accepted[0]?.boot === reading.boot) return [reading];
  return [...accepted.filter(({ boot }) => boot !== reading.boot), reading].slice(-bootsMax);
}
