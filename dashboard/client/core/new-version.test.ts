import { describe, expect, it } from 'vitest';
import { type Busy, isAtRest, loadsItself, restMs, versionState } from './new-version.ts';

it.each([
  ['the server has the same page', { own: 'a', server: 'a', tried: undefined }, 'same'],
  ['the server is older and names none', { own: 'a', server: undefined, tried: undefined }, 'same'],
  ['the page was not built', { own: undefined, server: 'b', tried: undefined }, 'same'],
  ['the server has another page', { own: 'a', server: 'b', tried: undefined }, 'newer'],
  ['the server has another page than the one that was tried', { own: 'b', server: 'c', tried: 'b' }, 'newer'],
  ['a load did not bring it', { own: 'a', server: 'b', tried: 'b' }, 'stuck'],
] as const)('%s', (_name, versions, state) => {
  expect(versionState(versions)).toBe(state);
});

describe('the page is at rest', () => {
  const rest: Busy = { hasForm: false, actsUnderway: 0, isQuiet: true, hasUnansweredAlarm: false };
  it.each<[string, Partial<Busy>, boolean]>([
    ['if nothing happens', {}, true],
    ['not with an open form', { hasForm: true }, false],
    ['not while an act is under way', { actsUnderway: 1 }, false],
    ['not with a call, with its sound on, or without a connection', { isQuiet: false }, false],
    ['not with an alarm that nobody has acknowledged', { hasUnansweredAlarm: true }, false],
  ])('%s', (_name, change, expected) => {
    expect(isAtRest({ ...rest, ...change })).toBe(expected);
  });
});

it.each([
  ['after the rest', 'newer', 0, restMs, 0, true],
  ['not before the end of the rest', 'newer', 0, restMs - 1, 0, false],
  ['after the rest and its own further wait', 'newer', 0, restMs + 25_000, 25_000, true],
  ['not before the end of its own further wait', 'newer', 0, restMs + 24_999, 25_000, false],
  ['not while somebody is busy', 'newer', undefined, restMs, 0, false],
  ['not if this did not help before', 'stuck', 0, restMs, 0, false],
  ['not without a newer page', 'same', 0, restMs, 0, false],
] as const)('the page loads itself %s', (_name, state, sinceMs, nowMs, spreadMs, expected) => {
  expect(loadsItself(state, sinceMs, nowMs, spreadMs)).toBe(expected);
});
