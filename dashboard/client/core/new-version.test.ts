import { describe, expect, it } from 'vitest';
import { type Busy, isAtRest, loadsItself, restMs, versionState } from './new-version.ts';

it.each([
  ['is `same` if the server has the same page', { own: 'a', server: 'a', tried: undefined }, 'same'],
  [
    'is `same` if the server is of an older version, which sends no mark',
    { own: 'a', server: undefined, tried: undefined },
    'same',
  ],
  ['is `same` if the page was not built', { own: undefined, server: 'b', tried: undefined }, 'same'],
  ['is `newer` if the server has another page', { own: 'a', server: 'b', tried: undefined }, 'newer'],
  [
    'is `newer` if the server has got another page since the page loaded itself again',
    { own: 'b', server: 'c', tried: 'b' },
    'newer',
  ],
  [
    'is `stuck` if the page loaded itself again and did not become the new page',
    { own: 'a', server: 'b', tried: 'b' },
    'stuck',
  ],
] as const)('versionState %s', (_name, versions, state) => {
  expect(versionState(versions)).toBe(state);
});

describe('isAtRest', () => {
  const rest: Busy = { hasForm: false, actsUnderway: 0, isQuiet: true, hasUnansweredAlarm: false };
  it.each<[string, Partial<Busy>, boolean]>([
    ['is at rest if nothing happens', {}, true],
    ['is not at rest while a form is open', { hasForm: true }, false],
    ['is not at rest while a request that changes something has no answer', { actsUnderway: 1 }, false],
    ['is not at rest while it shows a call, plays a sound or has no connection', { isQuiet: false }, false],
    ['is not at rest while nobody has acknowledged an alarm', { hasUnansweredAlarm: true }, false],
  ])('the page %s', (_name, change, expected) => {
    expect(isAtRest({ ...rest, ...change })).toBe(expected);
  });
});

it.each([
  ['loads itself again when it has been at rest for a minute', 'newer', 0, restMs, 0, true],
  ['does not load itself if it has been at rest for less than a minute', 'newer', 0, restMs - 1, 0, false],
  ['loads itself again when a minute at rest and its own wait have passed', 'newer', 0, restMs + 25_000, 25_000, true],
  ['does not load itself before the end of its own wait', 'newer', 0, restMs + 24_999, 25_000, false],
  ['does not load itself while it is not at rest', 'newer', undefined, restMs, 0, false],
  ['does not load itself a second time for the same version', 'stuck', 0, restMs, 0, false],
  ['does not load itself if the server has the same version', 'same', 0, restMs, 0, false],
] as const)('the page %s', (_name, state, sinceMs, nowMs, spreadMs, expected) => {
  expect(loadsItself(state, sinceMs, nowMs, spreadMs)).toBe(expected);
});
