/** Of conditions of one cause only the gravest calls (CLINICAL, "Alarm vocabulary"), now and in what is found of the past. */
import { describe, expect, it } from 'vitest';
import { episodesThatCalled, subsumption } from './chains.ts';
import type { Condition, Episode } from './condition.ts';

const condition = (key: string, chain: string, rank: number, more: Partial<Condition> = {}): Condition => ({
  ...{ key, name: key, kind: 'physiological', priority: 'medium', chain, rank, text: '', onset: 0, determined: 0 },
  ...{ valueAt: 0, excess: 0, late: false, outOfOrder: false },
  ...more,
});
const low = condition('HR.low', 'HR.low', 11);
const extreme = condition('HR.extreme-low', 'HR.low', 21);
const other = condition('SpO2.low', 'SpO2.low', 31);

describe('a condition that holds does not call', () => {
  it('under a graver one of its cause, in any order; but calls beside one of another cause', () => {
    for (const found of [
      [low, extreme, other],
      [other, extreme, low],
    ]) {
      const isSubsumed = subsumption(found);
      expect([low, extreme, other].filter(isSubsumed)).toEqual([low]);
    }
  });

  it('except beside one that is as grave, or by itself', () => {
    const equal = condition('HR.low/second', 'HR.low', 11);
    expect([low, equal].filter(subsumption([low, equal]))).toEqual([]);
  });

  it('under the silence of its device: under any condition of a chain in `under`, holding or standing', () => {
    const silent = condition('SpO2.no-data', 'SpO2.no-data', 0, { under: ['probe', 'no-data'] });
    const gone = condition('no-data', 'no-data', 0);
    expect(subsumption([silent, gone])(silent)).toBe(true);
    expect(subsumption([silent], new Set(['probe']))(silent)).toBe(true);
    expect(subsumption([silent], new Set(['HR.low']))(silent)).toBe(false);
    expect(subsumption([low, gone])(low)).toBe(false);
  });
});

describe('an episode that is over', () => {
  const episode = (onset: number, endedAt: number): Episode => ({ condition: { ...low, onset }, endedAt });
  const graver = (onset: number, endedAt: number): Episode => ({ condition: { ...extreme, onset }, endedAt });

  it.each([
    ['that ended a moment before it began', 0, 9_999, false],
    ['that ended as it began', 0, 10_000, true],
    ['that lay within it', 12_000, 13_000, true],
    ['that began as it ended', 20_000, 30_000, true],
    ['that began a moment after it ended', 20_001, 30_000, false],
  ])('from 10 s to 20 s is covered by a graver one of its cause %s', (_name, onset, endedAt, isCovered) => {
    const one = episode(10_000, 20_000);
    expect(episodesThatCalled([one, graver(onset, endedAt)], []).includes(one)).toBe(!isCovered);
  });

  it('is covered by a graver condition that began before its end and holds now', () => {
    const one = episode(10_000, 20_000);
    expect(episodesThatCalled([one], [{ ...extreme, onset: 15_000 }])).toEqual([]);
    expect(episodesThatCalled([one], [{ ...extreme, onset: 20_001 }])).toEqual([one]);
  });

  it('is not covered by one that is as grave, or of another cause', () => {
    const one = episode(10_000, 20_000);
    expect(episodesThatCalled([one], [low, other])).toEqual([one]);
  });

  it('goes on if its end is not known, and a graver one that goes on covers it', () => {
    const goesOn = episode(10_000, Number.POSITIVE_INFINITY);
    expect(episodesThatCalled([goesOn], [{ ...extreme, onset: 500_000 }])).toEqual([]);
    expect(episodesThatCalled([], [low])).toEqual([]);
  });
});
