import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';
import { excludedTests, slowTests } from './runner.ts';

let testIds: readonly string[] = [];
beforeAll(() => {
  const { code, out, err } = runProgram('tests/mutants/test-ids.ts', []);
  expect(code, err).toBe(0);
  testIds = JSON.parse(out) as string[];
});

describe('patterns of test titles', () => {
  it.each(excludedTests)('the pattern %s of excluded tests matches a test that exists', (pattern) => {
    expect(testIds.filter((id) => pattern.test(id))).not.toEqual([]);
  });

  it.each(slowTests)('the pattern %s of slow tests matches a test that exists', (pattern) => {
    expect(testIds.filter((id) => pattern.test(id))).not.toEqual([]);
  });
});
