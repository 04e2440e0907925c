import { describe, expect, it } from 'vitest';
import { keyOf, type Mutant, sampleOf, scoreOf } from './sample.ts';

const mutantsOf = (fileName: string, count: number): Mutant[] =>
  Array.from({ length: count }, (_, line) => ({
    id: `${line}`,
    fileName,
    mutatorName: 'BooleanLiteral',
    replacement: 'true',
    location: { start: { line, column: 0 }, end: { line, column: 5 } },
  }));
const allMutants = [...mutantsOf('large.ts', 200), ...mutantsOf('small.ts', 20), ...mutantsOf('tiny.ts', 2)];
const countsOf = (sample: readonly Mutant[]) =>
  [...Map.groupBy(sample, ({ fileName }) => fileName)].map(([fileName, { length }]) => [fileName, length]);

describe('sampleOf', () => {
  it('sampleOf takes the given share of a large file, four mutants of a small file, and all mutants of a file with two', () => {
    const sample = sampleOf(allMutants, 0.1, 1);
    expect(countsOf(sample)).toEqual([
      ['large.ts', 20],
      ['small.ts', 4],
      ['tiny.ts', 2],
    ]);
    expect(new Set(sample.map(keyOf)).size).toBe(26);
  });

  it('sampleOf takes the same sample with the same seed, and another sample with another seed', () => {
    expect(sampleOf(allMutants, 0.1, 7)).toEqual(sampleOf(allMutants, 0.1, 7));
    expect(sampleOf(allMutants, 0.1, 7)).not.toEqual(sampleOf(allMutants, 0.1, 8));
  });

  it('sampleOf takes every mutant if the share is 1', () => {
    expect(sampleOf(allMutants, 1, 1)).toHaveLength(222);
  });
});

describe('scoreOf', () => {
  it('scoreOf weighs each file by the number of all its mutants, even if they were not tried', () => {
    const files = [
      { all: 300, counted: 10, found: 9 },
      { all: 100, counted: 10, found: 5 },
    ];
    expect(scoreOf(files).score).toBeCloseTo(0.8);
  });

  it('scoreOf returns a half width of 0 if all mutants were tried, and a larger half width if fewer were tried', () => {
    const halfWidthOf = (counted: number) => scoreOf([{ all: 100, counted, found: counted * 0.9 }]).halfWidth;
    expect(halfWidthOf(100)).toBe(0);
    expect(halfWidthOf(10)).toBeGreaterThan(halfWidthOf(50));
    // Calculated by hand for 10 of 100 mutants, nine found: cautious share 10/12, 1.96 · √(10/12 · 2/12 · 0.9 / 10).
    expect(halfWidthOf(10)).toBeCloseTo(0.2191, 3);
  });

  it('scoreOf leaves out a file if none of its tried mutants counts', () => {
    expect(
      scoreOf([
        { all: 100, counted: 10, found: 9 },
        { all: 50, counted: 0, found: 0 },
      ]).score,
    ).toBeCloseTo(0.9);
  });
});
