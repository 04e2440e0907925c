/** Tests of shock index, qSOFA, and the rounding of scores. */
import { describe, expect, it } from 'vitest';
import { qsofa } from './qsofa.ts';
import { roundHalfUp } from './round.ts';
import { shockIndex } from './shock-index.ts';

it.each([
  [35.05, 1, 35.1],
  [36.05, 1, 36.1],
  [38.05, 1, 38.1],
  [39.05, 1, 39.1],
  [35.0499, 1, 35],
  [1.005, 2, 1.01],
  [8.5, 0, 9],
  [219.5, 0, 220],
  [37, 1, 37],
])('roundHalfUp of %d with %d digits is %d', (value, digits, rounded) =>
  expect(roundHalfUp(value, digits)).toBe(rounded),
);

it('with one digit, roundHalfUp rounds 15.05, 15.15, … 44.95 up', () => {
  for (let tenths = 150; tenths < 450; tenths++)
    expect(roundHalfUp(Number(`${(tenths / 10).toFixed(1)}5`), 1)).toBe((tenths + 1) / 10);
});

describe('the shock index', () => {
  it.each([
    [90, 100, 0.9],
    [89.4, 100, 0.89],
    [120, 80, 1.5],
    [0, 100, 0],
    [100, 0, undefined],
    [100, -5, undefined],
    [undefined, 100, undefined],
    [100, undefined, undefined],
    [Number.NaN, 100, undefined],
  ])('the shock index of pulse %s and systolic pressure %s is %s', (pulse, systolic, index) =>
    expect(shockIndex(pulse, systolic)).toBe(index),
  );
});

describe('qSOFA', () => {
  it.each([
    [{ RR: 21, BPsys: 101, consciousness: 'A' }, [], 0],
    [{ RR: 21.5, BPsys: 101, consciousness: 'A' }, ['RR'], 1],
    [{ RR: 22, BPsys: 100, consciousness: 'A' }, ['RR', 'BPsys'], 2],
    [{ RR: 22, BPsys: 100.4, consciousness: 'V' }, ['RR', 'BPsys', 'consciousness'], 3],
    [{ RR: 12, BPsys: 120, consciousness: 'C' }, ['consciousness'], 1],
  ] as const)('the values %j meet the criteria %j of qSOFA, so its total is %d', (set, met, total) => {
    expect(qsofa(set)).toEqual({ met, missing: [], total });
  });
  it('qSOFA has no total if an input is missing, but lists the criteria that are met', () => {
    expect(qsofa({ RR: 24, BPsys: 90 })).toEqual({ met: ['RR', 'BPsys'], missing: ['consciousness'] });
    expect(qsofa({})).toEqual({ met: [], missing: ['RR', 'BPsys', 'consciousness'] });
    expect(qsofa({ RR: Number.NaN, BPsys: 90, consciousness: 'A' }).missing).toEqual(['RR']);
  });
});
