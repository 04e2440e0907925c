/** Decides which of two readings of one instant counts. A device may correct a value, and a message may come twice. Pure. */

/** A reading's identity, from its envelope: the device's own, or the gateway's if the device has none. */
export type ReadingId = { readonly boot: string; readonly seq: number };

/** How many starts of a device are remembered for one instant. */
export const bootsMax = 4;

/**
 * Whether a reading was taken already, so that it must not be taken again. Of two readings with the same device time, the one that
 * came later counts: the device corrected itself. But if its number is not greater than that of a taken reading of the same start of
 * the device, it is no correction. It is then the same message again, or the one that was corrected. Readings of other starts that
 * came in between do not matter.
 * @param taken the readings that were taken: the last one of each start of the device
 */
export function isRepeatedReading(taken: readonly ReadingId[], came: ReadingId): boolean {
  return taken.some(({ boot, seq }) => boot === came.boot && came.seq <= seq);
}

/** Adds a taken reading at the end; it replaces the one of the same start. Above `bootsMax` the oldest is dropped. */
export function withAcceptedReading<Reading extends ReadingId>(
  taken: readonly Reading[],
  came: Reading,
): readonly Reading[] {
  if (taken.length === 1 && taken[0]?.boot === came.boot) return [came];
  return [...taken.filter(({ boot }) => boot !== came.boot), came].slice(-bootsMax);
}
