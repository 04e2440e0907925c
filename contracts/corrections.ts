/** Which of two readings of one instant counts: a device may correct a value, and a message may come again. Pure. */

/** A reading's identity, from its envelope: the device's own, or the gateway's for a device that has none. */
export type ReadingId = { readonly boot: string; readonly seq: number };

/**
 * Whether `came`, met in the log after `known` and of the same device time, takes its place. The later receipt wins: the device has
 * corrected itself. But a number of the same start of the device that is not greater is no later word: the same message sent
 * again, or the one that has been corrected since.
 */
export function corrects(known: ReadingId, came: ReadingId): boolean {
  return came.boot !== known.boot || came.seq > known.seq;
}
