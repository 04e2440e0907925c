import { describe, expect, it } from 'vitest';
import {
  addTallies,
  closingLine,
  durationsOf,
  emptyTally,
  failuresOf,
  slowestOf,
  tallyOf,
  tallyOfCheck,
} from './tally.ts';

describe('tallyOf', () => {
  it.each([
    [
      'a run in which every test passed',
      { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 },
      0,
      [3, 0, 0],
    ],
    [
      'a run with a failed test',
      { numPassedTests: 2, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1 },
      1,
      [2, 1, 2],
    ],
    ['a run with a file that does not load', { numPassedTests: 2, numFailedTests: 0 }, 1, [2, 1, 0]],
    ['a run that a signal ended', { numPassedTests: 2, numFailedTests: 0 }, null, [2, 1, 0]],
    ['a successful run without a report', undefined, 0, [0, 0, 0]],
    ['a failed run without a report', undefined, 1, [0, 1, 0]],
    ['a run whose report has no valid numbers', { numPassedTests: 'many', numFailedTests: -1 }, 0, [0, 0, 0]],
  ])('tallyOf counts the tests of %s', (_name, report, exitCode, [passed, failed, skipped]) => {
    expect(tallyOf(report, exitCode)).toEqual({ passed, failed, skipped });
  });
});

it('the closing line shows the sum of all checks and tests', () => {
  const sum = [tallyOfCheck(true), tallyOfCheck(false), { passed: 7, failed: 0, skipped: 2 }].reduce(
    addTallies,
    emptyTally,
  );
  expect(closingLine(sum)).toBe('8 passed, 1 failed, 2 skipped');
});

it('the list of failures names the file, the test and the first lines of the error, without colours', () => {
  const report = {
    testResults: [
      { name: '/there/a.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'a holds' }] },
      {
        name: '/there/b.test.ts',
        status: 'failed',
        assertionResults: [
          { status: 'failed', fullName: 'b holds', failureMessages: ['\u001b[31mError: 1\u001b[39m\n at b'] },
        ],
      },
      { name: '/there/c.test.ts', status: 'failed', message: 'does not load', assertionResults: [] },
    ],
  };
  expect(failuresOf(report, '/there')).toEqual([
    'b.test.ts > b holds\n    Error: 1\n     at b',
    'c.test.ts\n    does not load',
  ]);
  expect(failuresOf(undefined, '/there')).toEqual([]);
});

it('slowestOf names the ten slowest files, the slowest first', () => {
  const testResults = Array.from({ length: 12 }, (_, i) => ({
    name: `/there/${i}.test.ts`,
    startTime: 5,
    endTime: 5 + i * 1_000,
  }));
  const slowest = slowestOf(durationsOf({ testResults }, '/there'));
  expect(slowest).toHaveLength(10);
  expect(slowest[0]).toBe('   11.0 s   11.test.ts');
  expect(slowestOf(durationsOf({ testResults: [{ name: 'cut short' }] }, '/there'))).toEqual(['    0.0 s   cut short']);
  expect(slowestOf(durationsOf(undefined, '/there'))).toEqual([]);
});
