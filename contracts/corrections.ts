/** Decides which of two readings with the same device time counts: a device may correct a value, or send a message twice. Pure. */

/** A reading's identity, from its envelope. The device gives it, or else the gateway. */
export type ReadingId = { readonly boot: string; readonly seq: number };

/** Most starts (`boot`) of a device that are kept for one instant. */
export const bootsMax = 4;

/**
 * Whether a reading is a repeat, which must be ignored. Of two readings with the same device time, the later one normally counts, because
 * the device has corrected itself. But a correction has a greater `seq` than all accepted readings of the same `boot`. A reading without a
 * greater `seq` is the same message again, or the message that was corrected.
 * @param accepted the accepted readings with this device time: the last one of each `boot`
 */
export function isRepeatedReading(accepted: readonly ReadingId[], reading: ReadingId): boolean {
  return accepted.some(({ boot, seq }) => boot === reading.boot && reading.seq <= seq);
}

/** Returns the accepted readings with `reading` at the end. It replaces the reading of the same `boot`. Above `bootsMax` the oldest is dropped. */
export function withAcceptedReading<Reading extends ReadingId>(
  accepted: readonly Reading[],
  reading: Reading,
): readonly Reading[] {
  if (accepted.length === 1 && accepted[0]?.boot === reading.boot) return [reading];
  return [...accepted.filter(({ boot }) => boot !== reading.boot), reading].slice(-bootsMax);
}
