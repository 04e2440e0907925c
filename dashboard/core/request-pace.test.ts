import { expect, it } from 'vitest';
import { changesPerMinuteMax, countChange, type RequestPace } from './request-pace.ts';

const ask = (pace: RequestPace, times: number, nowMs: number, sessionId = 'u1') =>
  Array.from({ length: times }, () => countChange(pace, sessionId, nowMs));

it('takes as many changes of a login in a minute as it says, and names the first that is refused', () => {
  const pace: RequestPace = new Map();
  expect(new Set(ask(pace, changesPerMinuteMax, 0))).toEqual(new Set(['taken']));
  expect(ask(pace, 3, 59_999)).toEqual(['first-refused', 'refused', 'refused']);
});

it('takes fewer of what costs more', () => {
  const pace: RequestPace = new Map();
  const counted = Array.from({ length: 4 }, () => countChange(pace, 'u1', 0, 2));
  expect(counted).toEqual(['taken', 'taken', 'first-refused', 'refused']);
});

it('takes those of the next minute, and of another login', () => {
  const pace: RequestPace = new Map();
  ask(pace, changesPerMinuteMax + 5, 0);
  expect(ask(pace, 1, 1_000, 'u2')).toEqual(['taken']);
  expect(ask(pace, 1, 60_000)).toEqual(['taken']);
});

it('keeps no row of a login that has asked for nothing in a minute', () => {
  const pace: RequestPace = new Map();
  for (let n = 0; n < 1_000; n++) ask(pace, 1, n, `u${n}`);
  ask(pace, 1, 70_000, 'late');
  expect([...pace.keys()]).toEqual(['late']);
});
