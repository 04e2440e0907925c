import { expect, it } from 'vitest';
import { createAuditGaps } from './audit-gaps.ts';

const at = (ms: number) => new Date(ms).toISOString();

it.each([
  ['true for no record', [], true],
  [
    'true for numbers without a gap, not in order',
    [
      ['a', 3, 120],
      ['a', 1, 100],
      ['a', 2, 110],
    ],
    true,
  ],
  [
    'false for a missing number',
    [
      ['a', 1, 100],
      ['a', 3, 120],
    ],
    false,
  ],
  [
    'false for a missing number of another process',
    [
      ['a', 1, 100],
      ['b', 1, 100],
      ['b', 3, 110],
    ],
    false,
  ],
  [
    'true for a repeated record',
    [
      ['a', 1, 100],
      ['a', 1, 100],
      ['a', 2, 110],
    ],
    true,
  ],
  [
    'true for a missing number before the period',
    [
      ['a', 1, 98],
      ['a', 3, 99],
      ['a', 4, 100],
    ],
    true,
  ],
  [
    'true for a missing number after the period',
    [
      ['a', 1, 200],
      ['a', 2, 201],
      ['a', 4, 202],
    ],
    true,
  ],
  [
    'false for a missing number between the last record before the period and the first record in it',
    [
      ['a', 1, 98],
      ['a', 2, 99],
      ['a', 4, 120],
    ],
    false,
  ],
  [
    'false for a missing number between the last record in the period and the first record after it',
    [
      ['a', 1, 100],
      ['a', 3, 201],
    ],
    false,
  ],
  [
    'false for a missing number between two records around the period',
    [
      ['a', 7, 99],
      ['a', 9, 201],
    ],
    false,
  ],
  [
    'true for records without a gap around the period',
    [
      ['a', 7, 99],
      ['a', 8, 201],
      ['b', 5, 201],
      ['c', 5, 99],
    ],
    true,
  ],
  [
    'true for a clock that was set back before the period',
    [
      ['a', 4, 150],
      ['a', 5, 99],
      ['a', 6, 100],
    ],
    true,
  ],
  [
    'false for a missing number at the edges of the period',
    [
      ['a', 1, 100],
      ['a', 3, 200],
    ],
    false,
  ],
] as const)('isWhole is %s', (_, records, isWhole) => {
  const gaps = createAuditGaps(100, 200);
  for (const [boot, n, ms] of records) gaps.add({ boot, n, at: at(ms) });
  expect(gaps.isWhole()).toBe(isWhole);
});
