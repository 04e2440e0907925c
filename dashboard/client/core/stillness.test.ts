import { describe, expect, it } from 'vitest';
import { blockedKeys, type Control, emptyStillness, isStill, stillMs, stillnessAfterLook } from './stillness.ts';

const box = (key: string, top: number, actsOn = key, heightPx = 40): Control<string> => ({
  key,
  actsOn,
  place: { left: 0, right: 100, top, bottom: top + heightPx },
});
/**
 * Measures the lists of places one after the other, with 250 ms between two lists. Returns whether a person may press
 * `key` when `thenMs` have passed since the last list.
 */
function mayPress(key: string, rounds: readonly (readonly Control<string>[])[], thenMs: number): boolean {
  let stillness = emptyStillness<string>();
  let now = 5000;
  for (const round of rounds) {
    now += 250;
    stillness = stillnessAfterLook(stillness, round, now);
  }
  return isStill(stillness, key, now + thenMs);
}
const a = box('a', 0);
const b = box('b', 40);

describe('isStill and blockedKeys', () => {
  it.each([
    ['may be pressed when the page has just opened', 'a', [[a, b]], 0, true],
    ['may be pressed if it stood still', 'a', [[a], [a]], 0, true],
    ['must not be pressed if a button was inserted above it', 'a', [[a], [box('new', 0), box('a', 40)]], 0, false],
    ['must not be pressed 999 ms after it moved', 'a', [[a], [box('a', 40)]], stillMs - 1, false],
    ['may be pressed 1 s after it moved', 'a', [[a], [box('a', 40)]], stillMs, true],
    ['may be pressed if it moved by 3 px', 'a', [[a], [box('a', 3)]], 0, true],
    ['must not be pressed if it moved by 4 px', 'a', [[a], [box('a', 4)]], 0, false],
    [
      'must not be pressed if it moves slowly, 3 px at each measurement',
      'a',
      [[a], [box('a', 3)], [box('a', 6)]],
      0,
      false,
    ],
    [
      'must not be pressed if it grew over the next button',
      'a',
      [
        [a, b],
        [box('a', 0, 'a', 80), box('b', 80)],
      ],
      0,
      false,
    ],
    ['must not be pressed if it now acts on something else', 'a', [[a], [box('a', 0, 'another bed')]], 0, false],
    [
      'must not be pressed if it is new in the place of a button that moved away',
      'new',
      [[a], [box('new', 0), box('a', 40)]],
      0,
      false,
    ],
    ['must not be pressed if it is new in the place of a button that is gone', 'new', [[a], [box('new', 0)]], 0, false],
    ['must not be pressed if another button was in its place 0.5 s ago', 'new', [[a], [], [box('new', 0)]], 0, false],
    [
      'may be pressed if another button was last in its place 1.25 s ago',
      'new',
      [[a], [], [], [], [], [box('new', 0)]],
      0,
      true,
    ],
    ['may be pressed if it is new and no button was in its place', 'b', [[a], [a, b]], 0, true],
    ['must not be pressed before it was measured for the first time', 'x', [[a]], 0, false],
  ] as const)('a button %s', (_name, key, rounds, thenMs, isAllowed) => {
    expect(mayPress(key, rounds, thenMs)).toBe(isAllowed);
  });

  it('blockedKeys returns a button for a second after it moved', () => {
    const first = stillnessAfterLook(emptyStillness<string>(), [a, b], 1000);
    const moved = stillnessAfterLook(first, [a, box('b', 60)], 2000);
    expect([...blockedKeys(moved, 2000)]).toEqual(['b']);
    expect([...blockedKeys(moved, 2000 + stillMs - 1)]).toEqual(['b']);
    expect([...blockedKeys(moved, 2000 + stillMs)]).toEqual([]);
  });
});
