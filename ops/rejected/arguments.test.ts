import { expect, it } from 'vitest';
import { checkIds, readSince } from './arguments.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);

it.each([
  ['30m', nowMs - 1_800_000],
  ['12h', nowMs - 43_200_000],
  ['7d', nowMs - 604_800_000],
  ['0m', nowMs],
  ['2026-03-01T11:00:00.000Z', nowMs - 3_600_000],
])('readSince reads %s as an age or an instant', (text, ms) => {
  expect(readSince(text, nowMs)).toBe(ms);
});

it.each(['', '7', 'd', '-1d', '7w', '123456d', 'yesterday', '2026-03-01', '2026-02-30T00:00:00.000Z'])(
  'readSince refuses "%s"',
  (text) => {
    expect(() => readSince(text, nowMs)).toThrow(/--since takes/);
  },
);

it.each([['0:0'], ['11:9007199254740993'], ['2:12', '0:1']])('checkIds accepts the id %s', (...ids) => {
  expect(() => checkIds(ids)).not.toThrow();
});

it.each(['', '0', ':', '0:', ':1', '0:-1', 'a:1', '0:1:2', '0: 1'])('checkIds refuses "%s"', (id) => {
  expect(() => checkIds(['0:1', id])).toThrow(/is not the id of a message/);
});
