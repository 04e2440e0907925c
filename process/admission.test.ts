import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../tests/uniform-number.ts';
import { bucketCapacity, newBucket, takeTokens } from './admission.ts';

describe('takeTokens with 100 tokens per second', () => {
  it.each([
    ['no time', 0, 5],
    ['just less than the time for one token', 9.99, 5],
    ['the time for one token', 10, 6],
    ['just less than the time for two tokens', 19.99, 6],
    ['the time to fill the bucket', 50, 10],
    ['much more than the time to fill the bucket', 60_000, 10],
    ['a step of the clock back', -1000, 5],
  ])('a bucket has the right number of tokens after %s', (_name, ms, tokens) => {
    const bucket = newBucket(100, 0);
    expect(takeTokens(bucket, 100, 0, 0)).toBe(0);
    bucket.tokens = 5;
    bucket.atMs = 0;
    expect(takeTokens(bucket, 100, ms, 1_000)).toBe(Math.min(tokens, bucketCapacity(100)));
  });

  it('a new bucket has five tokens, and takeTokens takes as many as wanted, or all that are left', () => {
    const bucket = newBucket(100, 0);
    expect([takeTokens(bucket, 100, 0, 2), takeTokens(bucket, 100, 0, 9), takeTokens(bucket, 100, 0, 1)]).toEqual([
      2, 3, 0,
    ]);
  });
});

it('takeTokens never gives more than the rate and one full bucket, for any calls', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.array(fc.tuple(uniformNumber(0, 500), fc.integer({ min: 0, max: 300 })), {
        maxLength: 200,
      }),
      (perS, calls) => {
        const bucket = newBucket(perS, 0);
        let atMs = 0;
        let takenCount = 0;
        for (const [ms, wanted] of calls) {
          atMs += ms;
          takenCount += takeTokens(bucket, perS, atMs, wanted);
        }
        expect(takenCount).toBeLessThanOrEqual((atMs / 1000) * perS + bucketCapacity(perS) + 1e-6);
      },
    ),
  );
});

it('takeTokens gives tokens at the full rate if each call wants more tokens than there are', () => {
  const bucket = newBucket(200, 0);
  let takenCount = 0;
  for (let atMs = 0; atMs <= 10_000; atMs += 25) takenCount += takeTokens(bucket, 200, atMs, 5_000);
  expect(takenCount).toBe(2_010);
});
