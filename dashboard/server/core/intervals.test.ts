import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalMsOf, type Rhythm, timesMax, withValue } from './intervals.ts';

const minute = 60_000;
const hour = 60 * minute;
const continuous = {};
const episodic = { episodicMs: hour };

/** A rhythm of values at these spacings, each reading declaring the same. */
function rhythm(spacingsMs: readonly number[], declaredMs?: number): Rhythm {
  let at = 1_000_000_000;
  let held = withValue(undefined, at, declaredMs);
  for (const spacing of spacingsMs) {
    at += spacing;
    held = withValue(held, at, declaredMs);
  }
  return held;
}
const times = (count: number, ms: number) => Array.from({ length: count }, () => ms);

describe('the interval of a parameter', () => {
  it.each([
    ['a first value, nothing declared', [], undefined, continuous, 1000],
    ['a first value with a declared interval', [], 5000, continuous, 5000],
    ['a first cuff pressure', [], 1000, episodic, hour],
    ['a first cuff pressure of a device that declares more', [], 2 * hour, episodic, 2 * hour],
    ['a cuff pressure repeated twice in a row', times(2, 40_000), 1000, episodic, hour],
    ['three spacings are enough', times(3, 15 * minute), 1000, episodic, 15 * minute],
    ['a rate each second', times(8, 1000), 1000, continuous, 1000],
    ['a rate each 5 s in a device that declares nothing', times(8, 5000), undefined, continuous, 5000],
    ['a rate each 5 s among readings that declare 1 s', times(8, 5000), 1000, continuous, 5000],
    ['a declared change to a slower rhythm counts at once', times(8, 1000), minute, continuous, minute],
    ['a temperature that comes each second', times(8, 1000), 1000, episodic, 1000],
    ['an outage of an hour does not slow a rate down', [...times(7, 1000), hour], 1000, continuous, 1000],
    ['an outage of an hour does not slow a probe down', [...times(7, 1000), hour], 1000, episodic, 1000],
    ['a cuff cycle of 15 min', times(8, 15 * minute), 1000, episodic, 15 * minute],
    [
      'one measurement between two of the cycle',
      [...times(6, 15 * minute), 2 * minute, 13 * minute],
      1000,
      episodic,
      15 * minute,
    ],
    ['the cycle that goes on after a series', [...times(7, minute), 15 * minute], 1000, episodic, 15 * minute],
    ['a night without a cuff counts as an hour at most', [...times(7, 15 * minute), 9 * hour], 1000, episodic, hour],
    ['just below a minute is no single measurement', [...times(7, minute - 1), hour], 1000, episodic, minute - 1],
  ] as const)('%s', (_name, spacings, declaredMs, parameter, wanted) => {
    expect(intervalMsOf(rhythm(spacings, declaredMs), parameter)).toBe(wanted);
  });

  it('does not depend on the order in which the values are read, and keeps a stated number of times', () => {
    const seed = Date.now();
    const values = Array.from({ length: 15 }, (_, at) => 1_000_000 + at * 700 + (at % 3) * 90);
    const fold = (list: readonly number[]) =>
      list.reduce<Rhythm | undefined>((held, at) => withValue(held, at, 1000), undefined)!;
    const wanted = fold(values);
    fc.assert(
      fc.property(fc.shuffledSubarray(values, { minLength: values.length }), (shuffled) => {
        expect(fold([...shuffled, ...shuffled.slice(0, 3)])).toEqual(wanted);
        expect(wanted.times).toHaveLength(timesMax);
      }),
      { seed },
    );
  });

  it('keeps what the newest reading declared', () => {
    const newest = withValue(withValue(undefined, 2000, 5000), 1000, 99);
    expect(newest.declaredMs).toBe(5000);
    expect(withValue(newest, 2000, 7000).declaredMs).toBe(7000);
    expect(withValue(newest, 3000, undefined).declaredMs).toBeUndefined();
  });
});
