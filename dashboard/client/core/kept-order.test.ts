import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keptOrder } from './kept-order.ts';

it.each([
  ['nothing was shown before', [], ['a', 'b'], true, ['a', 'b']],
  ['nobody points: the rows are sorted', ['a', 'b', 'c'], ['c', 'a', 'b'], false, ['c', 'a', 'b']],
  ['somebody points: the rows keep their places', ['a', 'b', 'c'], ['c', 'a', 'b'], true, ['a', 'b', 'c']],
  ['somebody points: a new row comes at the end', ['a', 'b'], ['c', 'a', 'b'], true, ['a', 'b', 'c']],
  ['somebody points: a row that has left the list is removed', ['a', 'b', 'c'], ['c', 'a'], true, ['a', 'c']],
] as const)('%s', (_, shown, sorted, isHeld, expected) => {
  expect(keptOrder(shown, sorted, isHeld)).toEqual(expected);
});

it('each key that the list must show is shown exactly once', () => {
  const keys = fc.uniqueArray(fc.constantFrom(...'abcdefgh'));
  fc.assert(
    fc.property(keys, keys, fc.boolean(), (shown, sorted, isHeld) => {
      expect(keptOrder(shown, sorted, isHeld).toSorted()).toEqual(sorted.toSorted());
    }),
  );
});
