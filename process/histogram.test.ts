import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../tests/uniform-number.ts';
import { boundsOf, createHistogram, observe, valueCountOf } from './histogram.ts';

describe('a histogram that starts at 0.5 and has 4 bounds', () => {
  const fresh = () => createHistogram(0.5, 4);

  it('each bound of a histogram is twice the bound before', () => {
    expect(boundsOf(fresh())).toEqual([0.5, 1, 2, 4]);
  });

  it.each([
    ['0', 0, 0, 0],
    ['a negative value', -1, 0, 0],
    ['NaN', Number.NaN, 0, 0],
    ['a small value', 0.001, 0, 0.001],
    ['the first bound', 0.5, 0, 0.5],
    ['a value just above the first bound', 0.500_001, 1, 0.500_001],
    ['the second bound', 1, 1, 1],
    ['a value just above the second bound', 1.000_001, 2, 1.000_001],
    ['the third bound', 2, 2, 2],
    ['a value just below the last bound', 3.999_999, 3, 3.999_999],
    ['the last bound', 4, 3, 4],
    ['a value just above the last bound', 4.000_001, 4, 4.000_001],
    ['a value far above the last bound', 1e9, 4, 1e9],
    ['more than 32 bits of steps', 1e15, 4, 1e15],
  ])('observe counts %s in the right bucket', (_name, value, bucket, sum) => {
    const histogram = fresh();
    observe(histogram, value);
    expect([...histogram.counts].map((count, index) => (count > 0 ? index : -1)).filter((index) => index >= 0)).toEqual(
      [bucket],
    );
    expect(histogram.sum).toBe(sum);
    expect(valueCountOf(histogram)).toBe(1);
  });

  it('observe puts every value into the first bucket whose bound is not lower than the value', () => {
    fc.assert(
      fc.property(uniformNumber(0, 100_000), fc.integer({ min: 1, max: 31 }), (value, bounds) => {
        const histogram = createHistogram(0.5, bounds);
        observe(histogram, value);
        const index = boundsOf(histogram).findIndex((bound) => value <= bound);
        expect(histogram.counts[index === -1 ? bounds : index]).toBe(1);
      }),
    );
  });
});
