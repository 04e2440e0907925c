import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capacity, newBucket, takeTokens } from './admission.ts';

describe('a bucket of 100 a second', () => {
  it.each([
    ['nothing', 0, 5],
    ['just less than one', 9.99, 5],
    ['one', 10, 6],
    ['just less than two', 19.99, 6],
    ['what it can hold', 50, 10],
    ['more than it can hold', 60_000, 10],
    ['a clock that was set back', -1000, 5],
  ])('after %s has come in', (_name, ms, there) => {
    const bucket = newBucket(100, 0);
    // Half of what it holds is left.
    expect(takeTokens(bucket, 100, 0, 0)).toBe(0);
    bucket.tokens = 5;
    bucket.atMs = 0;
    expect(takeTokens(bucket, 100, ms, 1_000)).toBe(Math.min(there, capacity(100)));
  });

  it('is full of five at first and gives no more than is wanted', () => {
    const bucket = newBucket(100, 0);
    expect([takeTokens(bucket, 100, 0, 2), takeTokens(bucket, 100, 0, 9), takeTokens(bucket, 100, 0, 1)]).toEqual([
      2, 3, 0,
    ]);
  });
});

it('never lets in more than the rate and one bucket, however it is asked', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.array(fc.tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.integer({ min: 0, max: 300 })), {
        maxLength: 200,
      }),
      (perS, asks) => {
        const bucket = newBucket(perS, 0);
        let atMs = 0;
        let taken = 0;
        for (const [ms, wanted] of asks) {
          atMs += ms;
          taken += takeTokens(bucket, perS, atMs, wanted);
        }
        expect(taken).toBeLessThanOrEqual((atMs / 1000) * perS + capacity(perS) + 1e-6);
      },
    ),
  );
});

it('lets in all at the rate while enough wait', () => {
  const bucket = newBucket(200, 0);
  let taken = 0;
  for (let atMs = 0; atMs <= 10_000; atMs += 25) taken += takeTokens(bucket, 200, atMs, 5_000);
  expect(taken).toBe(2_010);
});
