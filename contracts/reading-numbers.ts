/** Rules for the numbers (`seq`) that a device gives its readings. Pure. */

/** How many numbers may be missing between two readings of a device that counts by one (our choice). */
const missingMax = 20;
/** For each such time between the times of the two readings, one more number may be missing (our choice). */
const moreMissingEveryMs = 10;

/**
 * Returns whether the device counts its readings by one, so that a missing number means a missing reading. If very many numbers are missing,
 * the device makes its numbers from a clock, and missing numbers mean nothing.
 * @param missing how many numbers are between the two numbers
 * @param apartMs difference between the device times of the two readings
 */
export function countsByOne(missing: number, apartMs: number): boolean {
  return missing <= missingMax + Math.abs(apartMs) / moreMissingEveryMs;
}
