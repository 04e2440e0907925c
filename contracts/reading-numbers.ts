/** Rules for the numbers (`seq`) that a device gives its readings. Pure. */

/** If a device counts by one, at most this many numbers may be missing between two readings (our choice). */
const missingMax = 20;
/**
 * The longer the time between the two readings, the more numbers may be missing: one more number for each period of
 * this length, ms (our choice).
 */
const moreMissingEveryMs = 10;

/**
 * Returns whether the device counts its readings by one. If so, a missing number means a missing reading. If very many
 * numbers are missing, the device makes its numbers from a clock, and missing numbers mean nothing.
 * @param missing how many numbers are missing between the two readings
 * @param apartMs difference between the device times of the two readings
 */
export function countsByOne(missing: number, apartMs: number): boolean {
  return missing <= missingMax + Math.abs(apartMs) / moreMissingEveryMs;
}
