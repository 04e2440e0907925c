/** Adds up what vitest's JSON reports say. Pure. */
import { stripVTControlCharacters } from 'node:util';

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number };

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };

export function add(left: Tally, right: Tally): Tally {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** A check that is no test, such as the type check: it passes or fails as one. */
export function check(passed: boolean): Tally {
  return passed ? { ...nothing, passed: 1 } : { ...nothing, failed: 1 };
}

/**
 * The tally of one vitest run.
 * @param report the JSON report, or undefined where vitest ended without one
 * @param exitCode null where it was ended by a signal
 */
export function tallyOf(report: unknown, exitCode: number | null): Tally {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = (report ?? {}) as Record<string, unknown>;
  const tally = {
    passed: count(numPassedTests),
    failed: count(numFailedTests),
    skipped: count(numPendingTests) + count(numTodoTests),
  };
  // A file that does not load, a hook or a global set-up that throws: vitest fails without a failed test.
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/**
 * What failed in one vitest run, a few lines each: file, name of the test, the first lines of the error.
 * They are printed again behind all parts, since of a long run often only the end is kept.
 */
export function failuresOf(report: unknown, root: string): readonly string[] {
  return list((report as Report | undefined)?.testResults).flatMap((file) => {
    const name = String(file.name ?? '').replace(`${root}/`, '');
    const failed = list(file.assertionResults).filter(({ status }) => status === 'failed');
    const named = failed.map((test) => `${name} > ${test.fullName}\n${head(list(test.failureMessages)[0])}`);
    // A file that does not load has a message and no test.
    return named.length === 0 && file.status === 'failed' ? [`${name}\n${head(file.message)}`] : named;
  });
}

/** How long the tests of one file took. */
export type FileDuration = { readonly name: string; readonly ms: number };

export function durationsOf(report: unknown, root: string): readonly FileDuration[] {
  return list((report as Report | undefined)?.testResults).map(({ name, startTime, endTime }) => ({
    name: String(name ?? '').replace(`${root}/`, ''),
    ms: Math.max(0, (Number(endTime) || 0) - (Number(startTime) || 0)),
  }));
}

const slowestMax = 10;

/** The ten files that took longest, a line each, the longest first. */
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

/** The line that CI reads: alone on its line, the last one. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}
