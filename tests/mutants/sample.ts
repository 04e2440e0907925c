/** Chooses the mutants to try, and estimates from their results how many of all mutants the tests find. */

/** Position in a source file, counted from 0. */
type Position = { readonly line: number; readonly column: number };
/**
 * A mutant as Stryker describes it. `fileName` is a path from the root of the repository; lines and columns count from
 * 0.
 */
export type Mutant = {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: { readonly start: Position; readonly end: Position };
};

/** Order to the runner: the keys of the mutants to try, and whether the slow tests run too. */
export type RunOrder = { readonly keys: readonly string[]; readonly thorough: boolean };

export const notInSample = 'not in the sample';

/** Returns the key of a mutant. The key is the same in every run, as long as the file does not change. */
export function keyOf({ fileName, mutatorName, replacement, location: { start, end } }: Omit<Mutant, 'id'>): string {
  return [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join('|');
}

/** Minimum number of mutants to try of each file. */
const perFileMin = 4;

/** Takes a random share of the mutants of each file. The seed determines the choice. */
export function sampleOf<M extends Omit<Mutant, 'id'>>(mutants: readonly M[], share: number, seed: number): M[] {
  const next = randomFrom(seed);
  return [...Map.groupBy(mutants, ({ fileName }) => fileName).values()].flatMap((ofFile) => {
    const count = Math.min(ofFile.length, Math.max(perFileMin, Math.round(ofFile.length * share)));
    const shuffled = ofFile.map((mutant) => ({ mutant, rank: next() })).sort((a, b) => a.rank - b.rank);
    return shuffled.slice(0, count).map(({ mutant }) => mutant);
  });
}

/** Creates a Mulberry32 generator, which returns random numbers from 0 up to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Counts of one file. `counted`: the tried mutants that are part of the result. `found`: the mutants of `counted` that
 * a test found.
 */
export type FileCounts = { readonly all: number; readonly counted: number; readonly found: number };

/**
 * Estimates the share of all mutants that the tests find, with the half width of its 95 % confidence interval. Each
 * file has a weight in proportion to its number of mutants (a stratified sample). The result of a file is uncertain
 * even if all its tried mutants were found. So the half width is computed with one additional found mutant and one
 * additional mutant that was not found.
 */
export function scoreOf(files: readonly FileCounts[]): { readonly score: number; readonly halfWidth: number } {
  const countedFiles = files.filter(({ counted }) => counted > 0);
  const total = countedFiles.reduce((sum, { all }) => sum + all, 0);
  let score = 0;
  let variance = 0;
  for (const { all, counted, found } of countedFiles) {
    const weight = all / total;
    const cautiousShare = (found + 1) / (counted + 2);
    score += weight * (found / counted);
    variance += (weight ** 2 * cautiousShare * (1 - cautiousShare) * (1 - counted / all)) / counted;
  }
  return { score, halfWidth: 1.96 * Math.sqrt(variance) };
}
