import { expect, it } from 'vitest';
import { bootsMax, type ClaimsMet, meetClaim } from './claims.ts';

it('a claim counts once, even if Kafka holds it twice', () => {
  const met: ClaimsMet = new Map();
  expect([1, 2, 3].map((seq) => meetClaim(met, 'a', seq))).toEqual([true, true, true]);
  // A batch of two whose answer was lost.
  expect([2, 3, 4].map((seq) => meetClaim(met, 'a', seq))).toEqual([false, false, true]);
  expect(meetClaim(met, 'a', 1)).toBe(false);
});

it('each process numbers its own claims, and a late reader may begin at any number', () => {
  const met: ClaimsMet = new Map();
  expect(meetClaim(met, 'a', 900)).toBe(true);
  expect(meetClaim(met, 'b', 1)).toBe(true);
  expect(meetClaim(met, 'a', 900)).toBe(false);
});

it('forgets the process that is quiet for longest', () => {
  const met: ClaimsMet = new Map();
  for (let n = 0; n < bootsMax; n += 1) meetClaim(met, `boot-${n}`, 5);
  meetClaim(met, 'boot-0', 6);
  meetClaim(met, 'one-more', 1);
  expect(met.size).toBe(bootsMax);
  expect(meetClaim(met, 'boot-0', 6)).toBe(false);
  expect(meetClaim(met, 'boot-1', 5)).toBe(true);
});
