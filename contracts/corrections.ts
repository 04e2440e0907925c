/** Which of two readings of one instant counts: a device may correct a value, and a message may come again. Pure. */

/** A reading's identity, from its envelope: the device's own, or the gateway's for a device that has none. */
export type ReadingId = { readonly boot: string; readonly seq: number };

/** Starts of a device that are remembered of one instant. */
export const bootsMax = 4;

/**
 * Whether a reading was taken already, so that it must not be taken again. Of two readings with the same device time the one that
 * came later counts: the device has corrected itself. But a reading whose number is not greater than one that was taken of the same
 * start of the device is no correction: it is the same message sent again, or the one that was corrected. It makes no difference
 * whether readings of another start came in between.
 * @param known the readings that were taken: for each start of the device the last one
 */
export function wasTaken(known: readonly ReadingId[], came: ReadingId): boolean {
  return known.some(({ boot, seq }) => boot === came.boot && came.seq <= seq);
}

/** Adds a reading that was taken, as the last; it replaces the one of the same start. Past `bootsMax` the oldest is forgotten. */
export function withTaken<Reading extends ReadingId>(known: readonly Reading[], came: Reading): readonly Reading[] {
  if (known.length === 1 && known[0]?.boot === came.boot) return [came];
  return [...known.filter(({ boot }) => boot !== came.boot), came].slice(-bootsMax);
}
