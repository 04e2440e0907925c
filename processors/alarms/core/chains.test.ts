/** Tests of the rule that only the most serious condition of a cause calls (CLINICAL, "Alarm vocabulary"). */
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

describe('subsumption', () => {
  it('a condition does not call beside a more serious condition of its cause, in any order of the list', () => {
    for (const conditions of [
      [low, extreme, other],
      [other, extreme, low],
    ]) {
      const isSubsumed = subsumption(conditions);
      expect([low, extreme, other].filter(isSubsumed)).toEqual([low]);
    }
  });

  it('a condition calls if it is alone, and beside an equally serious condition of its cause', () => {
    const equal = condition('HR.low/second', 'HR.low', 11);
    expect([low, equal].filter(subsumption([low, equal]))).toEqual([]);
  });

  it('a condition does not call if a cause in its field `yieldsTo` calls', () => {
    const silent = condition('SpO2.no-data', 'SpO2.no-data', 0, { yieldsTo: ['probe', 'no-data'] });
    const noData = condition('no-data', 'no-data', 0);
    expect(subsumption([silent, noData])(silent)).toBe(true);
    expect(subsumption([silent], new Set(['probe']))(silent)).toBe(true);
    expect(subsumption([silent], new Set(['HR.low']))(silent)).toBe(false);
    expect(subsumption([low, noData])(low)).toBe(false);
  });
});

describe('episodesThatCalled', () => {
  const episode = (onset: number, endedAt: number): Episode => ({ condition: { ...low, onset }, endedAt });
  const moreSeriousEpisode = (onset: number, endedAt: number): Episode => ({
    condition: { ...extreme, onset },
    endedAt,
  });

  it.each([
    ['ended a moment before 10 s', 0, 9_999, false],
    ['ended at 10 s', 0, 10_000, true],
    ['lay between 10 s and 20 s', 12_000, 13_000, true],
    ['began at 20 s', 20_000, 30_000, true],
    ['began a moment after 20 s', 20_001, 30_000, false],
  ])(
    'an episode from 10 s to 20 s called if no more serious episode of its cause overlapped: the more serious episode %s',
    (_name, onset, endedAt, isCovered) => {
      const mild = episode(10_000, 20_000);
      expect(episodesThatCalled([mild, moreSeriousEpisode(onset, endedAt)], []).includes(mild)).toBe(!isCovered);
    },
  );

  it('an episode did not call if a more serious condition of its cause began before its end and is still present', () => {
    const mild = episode(10_000, 20_000);
    expect(episodesThatCalled([mild], [{ ...extreme, onset: 15_000 }])).toEqual([]);
    expect(episodesThatCalled([mild], [{ ...extreme, onset: 20_001 }])).toEqual([mild]);
  });

  it('an episode called beside a condition that is equally serious or of another cause', () => {
    const mild = episode(10_000, 20_000);
    expect(episodesThatCalled([mild], [low, other])).toEqual([mild]);
  });

  it('an episode without an end did not call if a more serious condition of its cause is still present', () => {
    const goesOn = episode(10_000, Number.POSITIVE_INFINITY);
    expect(episodesThatCalled([goesOn], [{ ...extreme, onset: 500_000 }])).toEqual([]);
    expect(episodesThatCalled([], [low])).toEqual([]);
  });
});
