/** Rules for the numbers (`seq`) that a device gives its readings. Pure. */

/** Maximum number of numbers that may be missing between two readings of a device that counts by one (ours). */
const missingMax = 20;
/** So many milliseconds between the times of the two readings allow one more missing number (ours). */
const numberMsMin = 10;

/**
 * Returns whether numbers between two readings are really missing. If more numbers are left out than this allows, the device makes its
 * numbers from a clock, and missing numbers mean nothing.
 * @param missing how many numbers are between the two numbers
 * @param apartMs difference between the device times of the two readings
 */
export function isCountedByOne(missing: number, apartMs: number): boolean {
  return missing <= missingMax + Math.abs(apartMs) / numberMsMin;
}
