/**
 * An odd number near 2^32 divided by the golden ratio: its multiples are spread evenly, whatever they are multiples of (Knuth, TAOCP 3,
 * 6.4).
 */
const golden = 2_654_435_769;

/**
 * Returns the share of the quiet time after which an association with only new readings is written: from half of it to the whole. It
 * differs between associations. If all were written in the same second, alarms would have to wait.
 */
export function patienceOf(associationId: string): number {
  let sum = 0;
  for (let i = 0; i < associationId.length; i += 1) sum = (Math.imul(31, sum) + associationId.charCodeAt(i)) | 0;
  return (1 + (Math.imul(sum, golden) >>> 0) / 2 ** 32) / 2;
}
