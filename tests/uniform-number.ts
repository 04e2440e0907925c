/** Random numbers for properties (fast-check), in which each part of a range is as likely as every other part. */
import fc from 'fast-check';

const steps = 1_000_000;

/**
 * Returns a generator of uniformly distributed numbers from `min` to `max` (`min` and `max` included). `fc.double`
 * draws evenly from the doubles that a computer can represent, and half of the doubles between 0 and 1 are below
 * 1e-150. So a property that uses `fc.double` tests almost only numbers that have the same effect as 0.
 */
export function uniformNumber(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: steps }).map((step) => min + ((max - min) * step) / steps);
}
