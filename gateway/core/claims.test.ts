import { expect, it } from 'vitest';
import { bootsMax, type LastClaims, noteClaim } from './claims.ts';

it('a claim is new only the first time, even if it is in Kafka twice', () => {
  const lastClaims: LastClaims = new Map();
  expect([1, 2, 3].map((seq) => noteClaim(lastClaims, 'a', seq))).toEqual([true, true, true]);
  // The answer to a batch with the claims 2 and 3 was lost, so the batch was written again.
  expect([2, 3, 4].map((seq) => noteClaim(lastClaims, 'a', seq))).toEqual([false, false, true]);
  expect(noteClaim(lastClaims, 'a', 1)).toBe(false);
});

it('each process numbers its own claims, and the first claim that is read may have any number', () => {
  const lastClaims: LastClaims = new Map();
  expect(noteClaim(lastClaims, 'a', 900)).toBe(true);
  expect(noteClaim(lastClaims, 'b', 1)).toBe(true);
  expect(noteClaim(lastClaims, 'a', 900)).toBe(false);
});

it('noteClaim forgets the process that has made no claim for the longest time', () => {
  const lastClaims: LastClaims = new Map();
  for (let n = 0; n < bootsMax; n += 1) noteClaim(lastClaims, `boot-${n}`, 5);
  noteClaim(lastClaims, 'boot-0', 6);
  noteClaim(lastClaims, 'one-more', 1);
  expect(lastClaims.size).toBe(bootsMax);
  expect(noteClaim(lastClaims, 'boot-0', 6)).toBe(false);
  expect(noteClaim(lastClaims, 'boot-1', 5)).toBe(true);
});
