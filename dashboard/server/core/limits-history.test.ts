import { describe, expect, it } from 'vitest';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldLimitsHistory, type LimitsHistory, limitChangesOf, limitsFrom, recordsMax } from './limits-history.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
/** Returns the limits of the heart rate with the revision `rev`. They were published `rev` seconds after `t0`. */
const published = (rev: number, high: number) =>
  newLimits('assoc-01', { HR: { own: { high } } }, { rev, at: formatInstant(t0 + rev * 1_000) });

function folded(...records: readonly (readonly [number, number])[]) {
  const history: LimitsHistory = new Map();
  for (const [rev, high] of records) foldLimitsHistory(history, published(rev, high));
  return limitChangesOf(history, 'assoc-01').map(({ atMs, groups }) => [
    (atMs - t0) / 1_000,
    groups.find(({ group }) => group === 'HR')?.high,
  ]);
}

describe('foldLimitsHistory', () => {
  it.each([
    [
      'in order',
      [
        [1, 120],
        [2, 100],
        [3, 120],
      ],
    ],
    [
      'in another order',
      [
        [3, 120],
        [1, 120],
        [2, 100],
      ],
    ],
    [
      'with repeats',
      [
        [1, 120],
        [2, 100],
        [2, 100],
        [3, 120],
        [1, 120],
      ],
    ],
  ] as const)('foldLimitsHistory keeps each change, for records %s', (_name, records) => {
    expect(folded(...records)).toEqual([
      [1, 120],
      [2, 100],
      [3, 120],
    ]);
  });

  it('foldLimitsHistory keeps no record that changes no limit', () => {
    expect(folded([1, 120], [2, 120], [3, 100])).toEqual([
      [1, 120],
      [3, 100],
    ]);
  });

  it('foldLimitsHistory keeps only the newest changes of an association', () => {
    const many = Array.from({ length: recordsMax + 5 }, (_, i) => [i + 1, 100 + i] as const);
    expect(folded(...many)).toHaveLength(recordsMax);
    expect(folded(...many).at(-1)).toEqual([recordsMax + 5, 100 + recordsMax + 4]);
  });
});

it('limitsFrom leaves out a group that is switched off, and a group without limits', () => {
  const off = { reason: 'suction', until: formatInstant(t0 + 60_000) };
  const limits = limitsFrom(newLimits('assoc-01', { HR: { off }, RR: { limits: {} } }, { at: formatInstant(t0) }));
  const groups = limits!.groups.map(({ group }) => group);
  expect(groups).not.toContain('HR');
  expect(groups).not.toContain('RR');
  expect(limits!.groups.find(({ group }) => group === 'SpO2')).toEqual({ group: 'SpO2', low: 90 });
});
