/** An odd number near 2^32 divided by the golden ratio. Its multiples are spread evenly over 32 bits (Knuth, TAOCP 3, 6.4). */
const golden = 2_654_435_769;

/**
 * Returns the part of the quiet time after which the snapshot of an association is written if only readings came: 0.5 to 1. The part
 * depends on the association, so that not all snapshots are written in the same second, when alarms would have to wait.
 */
export function quietShareOf(associationId: string): number {
  let sum = 0;
  for (let i = 0; i < associationId.length; i += 1) sum = (Math.imul(31, sum) + associationId.charCodeAt(i)) | 0;
  return (1 + (Math.imul(sum, golden) >>> 0) / 2 ** 32) / 2;
}
