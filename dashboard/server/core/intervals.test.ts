import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalMsOf, type Rhythm, timesMax, withValue } from './intervals.ts';

const minute = 60_000;
const hour = 60 * minute;
const continuous = {};
const episodic = { episodicMs: hour };

/** Returns the rhythm of values with these spacings. Each reading declares the interval `declaredMs`. */
function rhythm(spacingsMs: readonly number[], declaredMs?: number): Rhythm {
  let at = 1_000_000_000;
  let result = withValue(undefined, at, declaredMs);
  for (const spacing of spacingsMs) {
    at += spacing;
    result = withValue(result, at, declaredMs);
  }
  return result;
}
const times = (count: number, ms: number) => Array.from({ length: count }, () => ms);

describe('intervalMsOf', () => {
  it.each([
    ['a first value without a declared interval', [], undefined, continuous, 1000],
    ['a first value with a declared interval', [], 5000, continuous, 5000],
    ['a first cuff pressure', [], 1000, episodic, hour],
    ['a first cuff pressure with a longer declared interval', [], 2 * hour, episodic, 2 * hour],
    ['a cuff pressure that is repeated twice', times(2, 40_000), 1000, episodic, hour],
    ['three known intervals', times(3, 15 * minute), 1000, episodic, 15 * minute],
    ['a rate each second', times(8, 1000), 1000, continuous, 1000],
    ['a rate each 5 s without a declared interval', times(8, 5000), undefined, continuous, 5000],
    ['a rate each 5 s among readings that declare 1 s', times(8, 5000), 1000, continuous, 5000],
    ['a declared change to a slower rhythm', times(8, 1000), minute, continuous, minute],
    ['a temperature that comes each second', times(8, 1000), 1000, episodic, 1000],
    ['a rate each second after an outage of an hour', [...times(7, 1000), hour], 1000, continuous, 1000],
    ['a temperature each second after an outage of an hour', [...times(7, 1000), hour], 1000, episodic, 1000],
    ['a cuff cycle of 15 min', times(8, 15 * minute), 1000, episodic, 15 * minute],
    [
      'a cuff cycle with one additional measurement',
      [...times(6, 15 * minute), 2 * minute, 13 * minute],
      1000,
      episodic,
      15 * minute,
    ],
    ['a cuff cycle after a quick series', [...times(7, minute), 15 * minute], 1000, episodic, 15 * minute],
    ['a cuff cycle after a night without the cuff', [...times(7, 15 * minute), 9 * hour], 1000, episodic, hour],
    [
      'a parameter with an interval just below a minute, which does not count as a single measurement',
      [...times(7, minute - 1), hour],
      1000,
      episodic,
      minute - 1,
    ],
  ] as const)('intervalMsOf returns the expected interval for %s', (_name, spacings, declaredMs, parameter, wanted) => {
    expect(intervalMsOf(rhythm(spacings, declaredMs), parameter)).toBe(wanted);
  });

  it('a rhythm does not depend on the order of its values, and keeps the times of `timesMax` values', () => {
    const seed = Date.now();
    const values = Array.from({ length: 15 }, (_, at) => 1_000_000 + at * 700 + (at % 3) * 90);
    const fold = (list: readonly number[]) =>
      list.reduce<Rhythm | undefined>((before, at) => withValue(before, at, 1000), undefined)!;
    const wanted = fold(values);
    fc.assert(
      fc.property(fc.shuffledSubarray(values, { minLength: values.length }), (shuffled) => {
        expect(fold([...shuffled, ...shuffled.slice(0, 3)])).toEqual(wanted);
        expect(wanted.times).toHaveLength(timesMax);
      }),
      { seed },
    );
  });

  it('a rhythm keeps the declared interval of the newest reading', () => {
    const newest = withValue(withValue(undefined, 2000, 5000), 1000, 99);
    expect(newest.declaredMs).toBe(5000);
    expect(withValue(newest, 2000, 7000).declaredMs).toBe(7000);
    expect(withValue(newest, 3000, undefined).declaredMs).toBeUndefined();
  });
});
