/**
 * When the next value of a parameter is due. It is learned for each parameter of a bed from the times of its own last
 * values (CLINICAL, "Judged or told", 1 and 6). A device declares the rhythm of its messages: a slow parameter does not
 * come in each of them, and a cuff pressure comes in few.
 */
import type { Parameter } from '../../../contracts/parameters.ts';

/** Times kept for each parameter: eight spacings. */
export const timesMax = 9;
/** With fewer spacings there is no rhythm: two cuff measurements in a row prove nothing. */
const spacingsLeast = 3;
/** A parameter that comes less often is a single measurement (CLINICAL, "Judged or told", 6). */
const singleMs = 60_000;
/** DESIGN: used if a device does not say when its next reading is due. */
const defaultIntervalMs = 1000;

export type Rhythm = {
  /** Times of the last values, ms since 1970, by which the screens order them (`effectiveMs`); each once, rising. */
  readonly times: readonly number[];
  /** What the newest reading declared; undefined if it declared nothing. */
  readonly declaredMs: number | undefined;
};

/**
 * Returns the rhythm with one more value in it. Values may come in any order, because the history is read after the
 * newest values. `declaredMs` counts if the value is the newest.
 */
export function withValue(before: Rhythm | undefined, atMs: number, declaredMs: number | undefined): Rhythm {
  if (!before) return { times: [atMs], declaredMs };
  const { times } = before;
  const newest = times[times.length - 1]!;
  if (atMs > newest) return { times: [...times, atMs].slice(-timesMax), declaredMs };
  if (times.includes(atMs)) return atMs === newest ? { times, declaredMs } : before;
  const sorted = [...times, atMs].sort((a, b) => a - b).slice(-timesMax);
  return { ...before, times: sorted };
}

/**
 * Returns the interval of a parameter in ms. With at least three spacings it is their median, but not less than the
 * device declared. For a single measurement it is not less than the last spacing, up to the table's interval: after a
 * quick series the slow cycle goes on. With fewer spacings it is the declared interval, or the table's if that is
 * longer.
 */
export function intervalMsOf({ times, declaredMs }: Rhythm, { episodicMs }: Pick<Parameter, 'episodicMs'>): number {
  const spacings = times.slice(1).map((time, at) => time - times[at]!);
  if (spacings.length < spacingsLeast) return Math.max(declaredMs ?? defaultIntervalMs, episodicMs ?? 0);
  const last = spacings[spacings.length - 1]!;
  const median = spacings.sort((a, b) => a - b)[Math.floor(spacings.length / 2)]!;
  const single = episodicMs !== undefined && median >= singleMs;
  return Math.max(median, declaredMs ?? 0, single ? Math.min(last, episodicMs) : 0);
}
