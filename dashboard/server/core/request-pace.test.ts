import { expect, it } from 'vitest';
import { countRequest, type RequestPace } from './request-pace.ts';

const inMinuteMax = 600;

const ask = (pace: RequestPace, times: number, nowMs: number, key = 'u1') =>
  Array.from({ length: times }, () => countRequest(pace, key, nowMs, inMinuteMax));

it('takes the stated number of requests of an account in a minute, and reports the first that is refused', () => {
  const pace: RequestPace = new Map();
  expect(new Set(ask(pace, inMinuteMax, 0))).toEqual(new Set(['taken']));
  expect(ask(pace, 3, 59_999)).toEqual(['first-refused', 'refused', 'refused']);
});

it('takes fewer of the requests that cost more', () => {
  const pace: RequestPace = new Map();
  const counted = Array.from({ length: 4 }, () => countRequest(pace, 'u1', 0, 2));
  expect(counted).toEqual(['taken', 'taken', 'first-refused', 'refused']);
});

it('takes requests of the next minute, and of another account', () => {
  const pace: RequestPace = new Map();
  ask(pace, inMinuteMax + 5, 0);
  expect(ask(pace, 1, 1_000, 'u2')).toEqual(['taken']);
  expect(ask(pace, 1, 60_000)).toEqual(['taken']);
});

it('keeps no row of an account that has asked for nothing in a minute', () => {
  const pace: RequestPace = new Map();
  for (let n = 0; n < 1_000; n++) ask(pace, 1, n, `u${n}`);
  ask(pace, 1, 70_000, 'late');
  expect([...pace.keys()]).toEqual(['late']);
});
