/** Which mutants of a file are tried, and what that says of all of them. */

/** A mutant as Stryker describes it; `fileName` from the root of the repository on. Lines and columns begin where Stryker's do. */
type Place = { readonly line: number; readonly column: number };
export type Mutant = {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: { readonly start: Place; readonly end: Place };
};

/** What the program asks the runner: which mutants by their keys, and whether by the slow tests too. */
export type Asked = { readonly keys: readonly string[]; readonly thorough: boolean };

export const notInSample = 'not in the sample';

/** The same for the same mutant in each run over the same text. */
export function keyOf({ fileName, mutatorName, replacement, location: { start, end } }: Omit<Mutant, 'id'>): string {
  return [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join('|');
}

/** Of a small file, this many are tried all the same (ours). */
const leastOfFile = 4;

/** A part of each file's mutants, chosen by the seed, so that every file is in it. */
export function sampleOf<M extends Omit<Mutant, 'id'>>(mutants: readonly M[], share: number, seed: number): M[] {
  const next = randomFrom(seed);
  return [...Map.groupBy(mutants, ({ fileName }) => fileName).values()].flatMap((ofFile) => {
    const count = Math.min(ofFile.length, Math.max(leastOfFile, Math.round(ofFile.length * share)));
    const drawn = ofFile.map((mutant) => ({ mutant, at: next() })).sort((a, b) => a.at - b.at);
    return drawn.slice(0, count).map(({ mutant }) => mutant);
  });
}

/** Mulberry32, a small generator of numbers from 0 up to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of one file: all its mutants; those tried that count; how many of these a test found. */
export type OfFile = { readonly all: number; readonly counted: number; readonly found: number };

/**
 * The share of all mutants that the tests find, with the half width of its 95 % confidence interval: each file counts by its number
 * of mutants (a stratified sample). For the width, one found and one not found are added to each file, so that a file of which all
 * were found does not count as certain.
 */
export function scoreOf(files: readonly OfFile[]): { readonly score: number; readonly halfWidth: number } {
  const counting = files.filter(({ counted }) => counted > 0);
  const total = counting.reduce((sum, { all }) => sum + all, 0);
  let score = 0;
  let variance = 0;
  for (const { all, counted, found } of counting) {
    const weight = all / total;
    const careful = (found + 1) / (counted + 2);
    score += weight * (found / counted);
    variance += (weight ** 2 * careful * (1 - careful) * (1 - counted / all)) / counted;
  }
  return { score, halfWidth: 1.96 * Math.sqrt(variance) };
}
