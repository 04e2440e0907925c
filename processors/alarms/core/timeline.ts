/**
 * Keeps the samples of one parameter in the order of device time. If an older sample arrives after newer samples, the
 * results of the newer samples are computed again. So samples that arrive out of order give the same result as samples
 * in order, and no sample has to wait. Pure.
 *
 * `S` is a sample. `T` is the result of all samples up to one instant: `fold(T, S) → T`.
 */
export type Timed = { readonly at: number };

export type Timeline<S extends Timed, T> = {
  /** The result of all samples before the window. */
  readonly base: T;
  /** Device time of the newest sample before the window; null if no sample has left the window. */
  readonly baseAt: number | null;
  /** The newest samples, oldest first: at most `windowMax`. */
  readonly window: readonly S[];
  /** The result of all samples. */
  readonly head: T;
};

/**
 * Maximum number of samples in the window (ours). The maximum is more than twice five: messages are swapped by at most
 * five places, and two modules may send one parameter.
 */
export const windowMax = 16;

export function startTimeline<S extends Timed, T>(base: T): Timeline<S, T> {
  return { base, baseAt: null, window: [], head: base };
}

export type Inserted<S extends Timed, T> = {
  readonly line: Timeline<S, T>;
  /**
   * `newest`: the sample is newer than all others. `between`: newer samples were computed again. `same`: the sample has
   * replaced a sample of the same instant. `too-old`: the sample is older than the window, and the line is unchanged.
   */
  readonly place: 'newest' | 'between' | 'same' | 'too-old';
};

/** Returns the line with a sample at its end; undefined if the sample is not newer than all others. */
export function append<S extends Timed, T>(
  line: Timeline<S, T>,
  sample: S,
  fold: (before: T, sample: S) => T,
): Timeline<S, T> | undefined {
  const { window, baseAt } = line;
  const newestAt = window.length > 0 ? window[window.length - 1]!.at : baseAt;
  return newestAt === null || sample.at > newestAt ? appended(line, sample, fold) : undefined;
}

/**
 * Returns the line with a sample in its place.
 * @param onFolded called for the inserted sample and each newer sample, with the result before and after the sample;
 * not for place `newest`
 */
export function insert<S extends Timed, T>(
  line: Timeline<S, T>,
  sample: S,
  fold: (before: T, sample: S) => T,
  onFolded?: (before: T, after: T, sample: S) => void,
): Inserted<S, T> {
  const { window, baseAt } = line;
  const newer = append(line, sample, fold);
  if (newer !== undefined) return { line: newer, place: 'newest' };
  if (baseAt !== null && sample.at <= baseAt) return { line, place: 'too-old' };
  const index = window.findIndex((other) => other.at >= sample.at);
  const isSame = window[index]!.at === sample.at;
  const next = [...window.slice(0, index), sample, ...window.slice(isSame ? index + 1 : index)];
  const head = next.reduce((before, each, i) => {
    const after = fold(before, each);
    if (i >= index) onFolded?.(before, after, each);
    return after;
  }, line.base);
  return { line: shortened({ ...line, window: next, head }, fold), place: isSame ? 'same' : 'between' };
}

/** Returns the line after a change of the rules: the window is computed again with the new `fold`. */
export function refold<S extends Timed, T>(line: Timeline<S, T>, fold: (before: T, sample: S) => T): Timeline<S, T> {
  return { ...line, head: line.window.reduce(fold, line.base) };
}

/** Returns the line with one newer sample. Runs for nearly every value, so it must be fast. */
function appended<S extends Timed, T>(
  { base, baseAt, window, head }: Timeline<S, T>,
  sample: S,
  fold: (before: T, sample: S) => T,
): Timeline<S, T> {
  const after = fold(head, sample);
  if (window.length < windowMax) return { base, baseAt, window: [...window, sample], head: after };
  // A copy of the right size is faster than a copy that grows.
  const next = window.slice();
  for (let i = 1; i < next.length; i += 1) next[i - 1] = next[i]!;
  next[next.length - 1] = sample;
  const oldest = window[0]!;
  return { base: fold(base, oldest), baseAt: oldest.at, window: next, head: after };
}

function shortened<S extends Timed, T>(line: Timeline<S, T>, fold: (before: T, sample: S) => T): Timeline<S, T> {
  const [oldest, ...rest] = line.window;
  if (oldest === undefined || line.window.length <= windowMax) return line;
  return { ...line, base: fold(line.base, oldest), baseAt: oldest.at, window: rest };
}
