/** Which of two readings of one instant counts: a device may correct a value, and a message may come again. Pure. */

/** A reading's identity, from its envelope: the device's own, or the gateway's for a device that has none. */
export type ReadingId = { readonly boot: string; readonly seq: number };

/** Starts of a device that are remembered of one instant. */
export const bootsMax = 4;

/**
 * Whether `came`, met in the log after `known` and of the same device time, must not take their place. The later receipt wins: the
 * device has corrected itself. But a number that is not greater than one of the same start of the device is no later word: the same
 * message sent again, or the one that has been corrected since. That another start of the device spoke in between changes nothing.
 * @param known the readings that were taken, of each start of the device the last one
 */
export function isOldWord(known: readonly ReadingId[], came: ReadingId): boolean {
  return known.some(({ boot, seq }) => boot === came.boot && came.seq <= seq);
}

/** Adds a reading that was taken, as the last; it replaces the one of the same start. Past `bootsMax` the oldest is forgotten. */
export function withWord<Word extends ReadingId>(known: readonly Word[], came: Word): readonly Word[] {
  if (known.length === 1 && known[0]?.boot === came.boot) return [came];
  return [...known.filter(({ boot }) => boot !== came.boot), came].slice(-bootsMax);
}
