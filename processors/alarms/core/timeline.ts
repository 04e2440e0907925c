/**
 * One parameter's samples in the order of device time, in whatever order they come. If an older sample comes between the newest ones, their
 * meaning is computed again. So samples that were swapped on the way end in the same state as samples in order, and no sample has to wait.
 * Pure.
 *
 * `S` is a sample. `T` is the meaning of all samples up to one instant: `fold(T, S) → T`.
 */
export type Timed = { readonly at: number };

export type Timeline<S extends Timed, T> = {
  /** The meaning of all samples before the window. */
  readonly base: T;
  /** Device time of the newest sample in `base`; null if `base` is empty. */
  readonly baseAt: number | null;
  /** The newest samples, oldest first: at most `windowMax`. */
  readonly window: readonly S[];
  /** The meaning of all samples. */
  readonly head: T;
};

/**
 * Number of samples that are kept to be computed again. Messages that are swapped by five places are at most five samples apart; this is
 * three times that, because two modules may send one parameter (ours).
 */
export const windowMax = 16;

export function startTimeline<S extends Timed, T>(base: T): Timeline<S, T> {
  return { base, baseAt: null, window: [], head: base };
}

export type Inserted<S extends Timed, T> = {
  readonly line: Timeline<S, T>;
  /**
   * `newest`: later than all before. `between`: older than the newest, so the samples after it were computed again. `same`: it replaces a
   * sample of the same instant. `too-old`: older than the window; the line is unchanged.
   */
  readonly place: 'newest' | 'between' | 'same' | 'too-old';
};

/** Appends a sample. @returns undefined if it is not newer than all others */
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
 * Inserts a sample in its place.
 * @param onFolded called for each sample that is computed again, with its meaning before and after; not for the newest
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
  const at = window.findIndex((other) => other.at >= sample.at);
  const isSame = window[at]!.at === sample.at;
  const next = [...window.slice(0, at), sample, ...window.slice(isSame ? at + 1 : at)];
  const head = next.reduce((before, one, i) => {
    const after = fold(before, one);
    if (i >= at) onFolded?.(before, after, one);
    return after;
  }, line.base);
  return { line: shortened({ ...line, window: next, head }, fold), place: isSame ? 'same' : 'between' };
}

/** Computes the window again, because samples now have another meaning (other limits). */
export function refold<S extends Timed, T>(
  line: Timeline<S, T>,
  base: (before: T) => T,
  fold: (before: T, sample: S) => T,
): Timeline<S, T> {
  const start = base(line.base);
  return { ...line, base: start, head: line.window.reduce(fold, start) };
}

/** Returns the line with one newer sample. Nearly every value needs this, so it makes no list in vain. */
function appended<S extends Timed, T>(
  { base, baseAt, window, head }: Timeline<S, T>,
  sample: S,
  fold: (before: T, sample: S) => T,
): Timeline<S, T> {
  const after = fold(head, sample);
  if (window.length < windowMax) return { base, baseAt, window: [...window, sample], head: after };
  // Allocates the final size at once, instead of a copy that grows by one.
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
