import { describe, expect, it } from 'vitest';
import { type Acting, emptyStillness, isStill, lookAgain, stillMs, unsettled } from './stillness.ts';

const box = (key: string, top: number, about = key, heightPx = 40): Acting<string> => ({
  key,
  about,
  place: { left: 0, right: 100, top, bottom: top + heightPx },
});
/** Looks at each list in turn, `everyMs` apart, and says whether `key` may be pressed at the end. */
function pressed(key: string, rounds: readonly (readonly Acting<string>[])[], thenMs: number): boolean {
  let stillness = emptyStillness<string>();
  let now = 5000;
  for (const round of rounds) {
    now += 250;
    stillness = lookAgain(stillness, round, now);
  }
  return isStill(stillness, key, now + thenMs);
}
const a = box('a', 0);
const b = box('b', 40);

describe('a button', () => {
  it.each([
    ['may be pressed when the page has just come up', 'a', [[a, b]], 0, true],
    ['may be pressed where it stood still', 'a', [[a], [a]], 0, true],
    ['may not where another one was inserted above it', 'a', [[a], [box('new', 0), box('a', 40)]], 0, false],
    ['may not 1 ms before a second is over', 'a', [[a], [box('a', 40)]], stillMs - 1, false],
    ['may after a second', 'a', [[a], [box('a', 40)]], stillMs, true],
    ['may where it moved by a hair', 'a', [[a], [box('a', 3)]], 0, true],
    ['may not where it moved by 4 px', 'a', [[a], [box('a', 4)]], 0, false],
    ['may not where it creeps, 3 px at each look', 'a', [[a], [box('a', 3)], [box('a', 6)]], 0, false],
    [
      'may not where it grew over its neighbour',
      'a',
      [
        [a, b],
        [box('a', 0, 'a', 80), box('b', 80)],
      ],
      0,
      false,
    ],
    ['may not where it is about something else now', 'a', [[a], [box('a', 0, 'another bed')]], 0, false],
    [
      'may not where it is new in the place of one that moved away',
      'new',
      [[a], [box('new', 0), box('a', 40)]],
      0,
      false,
    ],
    ['may not where it is new in the place of one that is gone', 'new', [[a], [box('new', 0)]], 0, false],
    ['may not where the other one left that place two looks ago', 'new', [[a], [], [box('new', 0)]], 0, false],
    ['may where the other one left five looks ago', 'new', [[a], [], [], [], [], [box('new', 0)]], 0, true],
    ['may where it is new in a place of its own', 'b', [[a], [a, b]], 0, true],
    ['may not where nobody has looked at it yet', 'x', [[a]], 0, false],
  ] as const)('%s', (_name, key, rounds, thenMs, may) => {
    expect(pressed(key, rounds, thenMs)).toBe(may);
  });

  it('is named as unsettled for a second after it moved', () => {
    const first = lookAgain(emptyStillness<string>(), [a, b], 1000);
    const moved = lookAgain(first, [a, box('b', 60)], 2000);
    expect([...unsettled(moved, 2000)]).toEqual(['b']);
    expect([...unsettled(moved, 2000 + stillMs - 1)]).toEqual(['b']);
    expect([...unsettled(moved, 2000 + stillMs)]).toEqual([]);
  });
});
