import { describe, expect, it } from 'vitest';
import { describeSecondTry, type FileResult, filesToTryAgain, withSecondTry } from './second-try.ts';

const failed = (project: string, name = `${project}.test.ts`): FileResult => ({
  project,
  name,
  tally: { passed: 4, failed: 1, skipped: 1 },
});
const noSeed = () => false;

describe('filesToTryAgain', () => {
  it.each(['screens', 'integration', 'e2e'])('runs a failed file of %s again', (project) => {
    expect(filesToTryAgain([failed(project)], noSeed)).toEqual([failed(project)]);
  });

  it.each(['unit', 'faults', 'attacks'])('runs nothing again if a file of %s failed', (project) => {
    expect(filesToTryAgain([failed('screens'), failed(project)], noSeed)).toEqual([]);
  });

  it('runs nothing again if a failed file chooses at random', () => {
    expect(filesToTryAgain([failed('screens', 'a'), failed('screens', 'b')], (name) => name === 'b')).toEqual([]);
  });

  it('runs three failed files again, and nothing if four failed', () => {
    const files = ['a', 'b', 'c', 'd'].map((name) => failed('e2e', name));
    expect(filesToTryAgain(files.slice(1), noSeed)).toHaveLength(3);
    expect(filesToTryAgain(files, noSeed)).toEqual([]);
  });

  it('runs nothing again if nothing failed', () => {
    expect(filesToTryAgain([], noSeed)).toEqual([]);
  });
});

describe('withSecondTry', () => {
  it('counts the second try in place of the first one', () => {
    const total = { passed: 100, failed: 2, skipped: 2 };
    const files = [failed('screens'), failed('e2e')];
    expect(withSecondTry(total, files, { passed: 10, failed: 0, skipped: 2 })).toEqual({
      passed: 102,
      failed: 0,
      skipped: 2,
    });
  });

  it('keeps a failure that belongs to no file', () => {
    const total = { passed: 100, failed: 2, skipped: 1 };
    expect(withSecondTry(total, [failed('screens')], { passed: 5, failed: 0, skipped: 1 }).failed).toBe(1);
  });

  it('keeps a failure that comes again', () => {
    const total = { passed: 4, failed: 1, skipped: 1 };
    expect(withSecondTry(total, [failed('screens')], { passed: 4, failed: 1, skipped: 1 })).toEqual(total);
  });
});

it('the description of the second try names each file that is unstable', () => {
  expect(describeSecondTry([failed('screens', 'a.screen.test.ts')], { passed: 5, failed: 0, skipped: 1 })).toMatch(
    /^UNSTABLE: .*\n {4}a\.screen\.test\.ts: 1 failed at first$/,
  );
  expect(describeSecondTry([failed('screens')], { passed: 4, failed: 1, skipped: 1 })).toMatch(
    /^These files failed again: 1 /,
  );
});
