/**
 * An odd number near 2^32 divided by the golden ratio. Its multiples are spread evenly over 32 bits (Knuth, TAOCP 3,
 * 6.4).
 */
const golden = 2_654_435_769;

/**
 * Returns a factor from 0.5 to 1. If only readings came, the snapshot of an association is written after the quiet time
 * multiplied by this factor. Each association has its own factor, so that alarms do not wait while all snapshots are
 * written in one second.
 */
export function quietShareOf(associationId: string): number {
  let sum = 0;
  for (let i = 0; i < associationId.length; i += 1) sum = (Math.imul(31, sum) + associationId.charCodeAt(i)) | 0;
  return (1 + (Math.imul(sum, golden) >>> 0) / 2 ** 32) / 2;
}
