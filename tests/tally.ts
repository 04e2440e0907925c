/** Counts passed, failed and skipped tests in vitest's JSON reports. Pure. */
import { stripVTControlCharacters } from 'node:util';

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number };

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0 };

export function addTallies(left: Tally, right: Tally): Tally {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** Counts a check that is not a vitest run, such as the check of types, as one test. */
export function tallyOfCheck(passed: boolean): Tally {
  return passed ? { ...emptyTally, passed: 1 } : { ...emptyTally, failed: 1 };
}

/**
 * Returns the counts of one vitest run.
 * @param report the JSON report, or undefined if vitest ended without a report
 * @param exitCode exit code of vitest, or null if a signal ended vitest
 */
export function tallyOf(report: unknown, exitCode: number | null): Tally {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = (report ?? {}) as Record<string, unknown>;
  const tally = {
    passed: count(numPassedTests),
    failed: count(numFailedTests),
    skipped: count(numPendingTests) + count(numTodoTests),
  };
  // vitest fails without a failed test if a file does not load, or if a hook or the global set-up throws.
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/**
 * Returns a few lines for each failed test of a vitest run: file, name of the test, the first lines of the error.
 * tests/run.ts prints these lines last, because often only the end of a long output is kept.
 */
export function failuresOf(report: unknown, root: string): readonly string[] {
  return list((report as Report | undefined)?.testResults).flatMap((file) => {
    const name = String(file.name ?? '').replace(`${root}/`, '');
    const failed = list(file.assertionResults).filter(({ status }) => status === 'failed');
    const named = failed.map((test) => `${name} > ${test.fullName}\n${head(list(test.failureMessages)[0])}`);
    // If a file does not load, the report has a message for the file and no test.
    return named.length === 0 && file.status === 'failed' ? [`${name}\n${head(file.message)}`] : named;
  });
}

/** Returns the counts of each file that has a failed test. A file that did not load has one failed test. */
export function failedFilesOf(
  report: unknown,
  root: string,
): readonly { readonly name: string; readonly tally: Tally }[] {
  return list((report as Report | undefined)?.testResults)
    .filter(({ status }) => status === 'failed')
    .map((file) => {
      const tests = list(file.assertionResults);
      const numberOf = (wanted: readonly string[]) =>
        tests.filter(({ status }) => wanted.includes(String(status))).length;
      const failed = numberOf(['failed']);
      const tally = { passed: numberOf(['passed']), failed, skipped: numberOf(['skipped', 'pending', 'todo']) };
      return {
        name: String(file.name ?? '').replace(`${root}/`, ''),
        tally: failed === 0 ? { ...tally, failed: 1 } : tally,
      };
    });
}

/** Time that the tests of one file took, in ms. */
export type FileDuration = { readonly name: string; readonly ms: number };

export function durationsOf(report: unknown, root: string): readonly FileDuration[] {
  return list((report as Report | undefined)?.testResults).map(({ name, startTime, endTime }) => ({
    name: String(name ?? '').replace(`${root}/`, ''),
    ms: Math.max(0, (Number(endTime) || 0) - (Number(startTime) || 0)),
  }));
}

const slowestMax = 10;

/** Returns one line for each of the ten slowest files, the slowest first. */
export function slowestOf(durations: readonly FileDuration[]): readonly string[] {
  return [...durations]
    .sort((left, right) => right.ms - left.ms)
    .slice(0, slowestMax)
    .map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s   ${name}`);
}

type Report = Readonly<Record<string, unknown>>;

const errorLinesMax = 25;

function list(value: unknown): readonly Report[] {
  return Array.isArray(value) ? value : [];
}

function head(message: unknown): string {
  const lines = stripVTControlCharacters(String(message ?? '')).split('\n');
  return lines
    .slice(0, errorLinesMax)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Returns the last line of the output, which CI reads. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}
