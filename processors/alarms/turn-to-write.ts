/** An odd number near 2^32 divided by the golden ratio: its multiples lie evenly, whatever they are multiples of (Knuth, TAOCP 3, 6.4). */
const golden = 2_654_435_769;

/**
 * How much of the quiet time passes before an association is written down where only readings came: from half of it to the whole. They
 * differ, since all that are heard of from one second on would be written in one second, and alarms would wait behind them.
 */
export function patienceOf(associationId: string): number {
  let sum = 0;
  for (let i = 0; i < associationId.length; i += 1) sum = (Math.imul(31, sum) + associationId.charCodeAt(i)) | 0;
  return (1 + (Math.imul(sum, golden) >>> 0) / 2 ** 32) / 2;
}
