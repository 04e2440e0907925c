import { expect, it } from 'vitest';
import { countRefusal, newRefusalPace } from './refusal-pace.ts';

it('countRefusal records three refusals of an address in a minute, and then returns the number of left-out refusals', () => {
  const pace = newRefusalPace();
  const verdicts = [0, 1, 2, 3, 59_999, 60_000].map((nowMs) => countRefusal(pace, 'a', nowMs));
  expect(verdicts).toEqual([0, 0, 0, undefined, undefined, 2]);
});

it('countRefusal records thirty refusals of all addresses in a minute', () => {
  const pace = newRefusalPace();
  const verdicts = Array.from({ length: 1000 }, (_, n) => countRefusal(pace, `a${n}`, 5));
  expect(verdicts.filter((count) => count !== undefined)).toHaveLength(30);
  expect(pace.byAddress.size).toBe(30);
  expect(countRefusal(pace, 'a', 60_005)).toBe(970);
});
