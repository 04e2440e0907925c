/**
 * Decides which failed files `npm test` runs once more, alone, after all parts. Pure. A browser on a busy machine can
 * fail a test that passes on a quiet machine. The run prints such a file as unstable, so that somebody mends the test.
 * docs/decisions/087-second-try.md gives the reasons, and names the tests that are never run again.
 */
import { addTallies, emptyTally, type Tally } from './tally.ts';

/** Result of one file of a vitest run. */
export type FileResult = { readonly project: string; readonly name: string; readonly tally: Tally };

/** Kinds of tests that can be run again. Unit tests, fault tests and attack tests must pass each time. */
const kinds: readonly string[] = ['screens', 'integration', 'e2e'];

/** If more files failed than this, the fault is in the product and not in the timing of one test. */
export const filesMax = 3;

/**
 * Returns the files that are run again: all failed files, or none.
 * @param failed the files with a failed test
 * @param drawsSeed returns true if the file chooses at random. A second choice could hide a fault that the first choice
 * found.
 */
export function filesToTryAgain(
  failed: readonly FileResult[],
  drawsSeed: (name: string) => boolean,
): readonly FileResult[] {
  const canPass =
    failed.length <= filesMax && failed.every(({ project, name }) => kinds.includes(project) && !drawsSeed(name));
  return canPass ? failed : [];
}

/** Returns the lines that say what the second try of these files showed. */
export function describeSecondTry(first: readonly FileResult[], second: Tally): string {
  const names = first.map(({ name, tally }) => `    ${name}: ${tally.failed} failed at first`).join('\n');
  return second.failed === 0
    ? `UNSTABLE: all tests of these files passed when they ran again alone. Mend what made them fail at first.\n${names}`
    : `These files failed again: ${second.failed} tests.\n${names}`;
}

/** Returns `total` with the counts of the second try in place of the first counts of these files. */
export function withSecondTry(total: Tally, first: readonly FileResult[], second: Tally): Tally {
  const before = first.reduce((sum, { tally }) => addTallies(sum, tally), emptyTally);
  return {
    passed: total.passed - before.passed + second.passed,
    failed: total.failed - before.failed + second.failed,
    skipped: total.skipped - before.skipped + second.skipped,
  };
}
