import { expect, it } from 'vitest';
import { bootsMax, type LastClaims, noteClaim } from './claims.ts';

it('a claim counts once, even if Kafka holds it twice', () => {
  const met: LastClaims = new Map();
  expect([1, 2, 3].map((seq) => noteClaim(met, 'a', seq))).toEqual([true, true, true]);
  // A batch of two whose answer was lost.
  expect([2, 3, 4].map((seq) => noteClaim(met, 'a', seq))).toEqual([false, false, true]);
  expect(noteClaim(met, 'a', 1)).toBe(false);
});

it('each process numbers its own claims, and a late reader may begin at any number', () => {
  const met: LastClaims = new Map();
  expect(noteClaim(met, 'a', 900)).toBe(true);
  expect(noteClaim(met, 'b', 1)).toBe(true);
  expect(noteClaim(met, 'a', 900)).toBe(false);
});

it('forgets the process that is quiet for longest', () => {
  const met: LastClaims = new Map();
  for (let n = 0; n < bootsMax; n += 1) noteClaim(met, `boot-${n}`, 5);
  noteClaim(met, 'boot-0', 6);
  noteClaim(met, 'one-more', 1);
  expect(met.size).toBe(bootsMax);
  expect(noteClaim(met, 'boot-0', 6)).toBe(false);
  expect(noteClaim(met, 'boot-1', 5)).toBe(true);
});
