import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newContinuity, noteNumber } from './continuity.ts';

type Row = [name: string, numbers: (number | string)[], missing: number, filled: number, repeated: number];

function countsOf(numbers: readonly (number | string)[], everyMs = 1_000) {
  const state = newContinuity();
  const counts = { missing: 0, filled: 0, repeated: 0, odd: 0 };
  let boot = 'b1';
  let timeMs = 0;
  for (const step of numbers) {
    timeMs += everyMs;
    if (typeof step === 'string') boot = step;
    else noteNumber(state, boot, step, timeMs, counts);
  }
  return counts;
}

it.each<Row>([
  ['in order', [1, 2, 3], 0, 0, 0],
  ['that begin at 500', [500, 501], 0, 0, 0],
  ['with one left out', [1, 3], 1, 0, 0],
  ['with several left out', [1, 5, 9], 6, 0, 0],
  ['with two in the wrong order', [1, 3, 2, 4], 1, 1, 0],
  ['that come later in the middle of a hole', [1, 9, 5, 5, 2, 8], 7, 3, 1],
  ['that come twice', [1, 1, 2, 2, 1], 0, 0, 3],
  ['below the first number', [500, 499], 0, 0, 1],
  ['of a new boot', [1, 2, 'b2', 1, 2], 0, 0, 0],
  ['of a new boot after a hole', [1, 9, 'b2', 1, 5], 10, 0, 0],
])(
  'noteNumber counts missing, filled and repeated numbers of readings %s',
  (_name, numbers, missing, filled, repeated) => {
    expect(countsOf(numbers)).toEqual({ missing, filled, repeated, odd: 0 });
  },
);

it.each([
  [122, 1_000, 0],
  [123, 1_000, 1],
  [22, 0, 0],
  [23, 0, 1],
])('a step from 1 to %i within %i ms is counted %i times as odd', (seq, everyMs, odd) => {
  expect(countsOf([1, seq], everyMs)).toMatchObject({ odd, missing: odd === 1 ? 0 : seq - 2 });
});

it('noteNumber counts no reading as missing or repeated if each reading came once, in any order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([2, 3, 4, 5, 6, 7, 8, 9, 10], { minLength: 9 }), (rest) => {
      const { missing, filled, repeated } = countsOf([1, ...rest]);
      expect({ open: missing - filled, repeated }).toEqual({ open: 0, repeated: 0 });
    }),
  );
});
