/** The key of a strip in Kafka, and its length. Pure. */

/** How far a strip reaches on each side of the onset, ms. */
export const stripSideMs = 10_000;

/**
 * Returns the key of the strip of an onset. The same onset always has the same key, so a second record does no harm.
 */
export function stripKey(alarmId: string, onset: number): string {
  return `${alarmId}.${onset}`;
}
