import { expect, it } from 'vitest';
import { countRequest, type RequestPace } from './request-pace.ts';

const inMinuteMax = 600;

const ask = (pace: RequestPace, times: number, nowMs: number, key = 'u1') =>
  Array.from({ length: times }, () => countRequest(pace, key, nowMs, inMinuteMax));

it('countRequest accepts the given number of requests in a minute, and marks the first refused request', () => {
  const pace: RequestPace = new Map();
  expect(new Set(ask(pace, inMinuteMax, 0))).toEqual(new Set(['accepted']));
  expect(ask(pace, 3, 59_999)).toEqual(['first-refused', 'refused', 'refused']);
});

it('countRequest accepts fewer requests with a lower maximum', () => {
  const pace: RequestPace = new Map();
  const verdicts = Array.from({ length: 4 }, () => countRequest(pace, 'u1', 0, 2));
  expect(verdicts).toEqual(['accepted', 'accepted', 'first-refused', 'refused']);
});

it('countRequest accepts requests of another account, and requests of the next minute', () => {
  const pace: RequestPace = new Map();
  ask(pace, inMinuteMax + 5, 0);
  expect(ask(pace, 1, 1_000, 'u2')).toEqual(['accepted']);
  expect(ask(pace, 1, 60_000)).toEqual(['accepted']);
});

it('countRequest removes the rows of accounts without a request in the last minute', () => {
  const pace: RequestPace = new Map();
  for (let n = 0; n < 1_000; n++) ask(pace, 1, n, `u${n}`);
  ask(pace, 1, 70_000, 'late');
  expect([...pace.keys()]).toEqual(['late']);
});

it('countRequest counts every row of a request, and marks the first refused request', () => {
  const pace: RequestPace = new Map();
  expect([100, 100, 100, 1, 1].map((rows) => countRequest(pace, 'u1', 0, 250, rows))).toEqual([
    'accepted',
    'accepted',
    'first-refused',
    'refused',
    'refused',
  ]);
});
