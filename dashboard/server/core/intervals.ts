/**
 * Learns when the next value of a parameter is due, from the times of its last values (CLINICAL, "Judged or told", 1
 * and 6). The interval that a device declares is not enough, because it is the interval of messages. A slow parameter
 * such as a cuff pressure is not in every message.
 */
import type { Parameter } from '../../../contracts/parameters.ts';

/** Times kept for each parameter: nine times give eight intervals. */
export const timesMax = 9;
/** Minimum number of intervals that show a rhythm: two cuff measurements in a row prove nothing. */
const spacingsMin = 3;
/** A parameter with a longer interval counts as a single measurement (CLINICAL, "Judged or told", 6). */
const singleMs = 60_000;
/** The interval that is used if a device does not say when its next reading is due (DESIGN). */
const defaultIntervalMs = 1000;

export type Rhythm = {
  /** Times of the last values (`effectiveMs`), ms since 1970, in rising order without repeats. */
  readonly times: readonly number[];
  /** The interval that the newest reading declares; undefined if the reading declares no interval. */
  readonly declaredMs: number | undefined;
};

/**
 * Returns the rhythm with one more value. Values may come in any order, because the server reads old records after the
 * newest records. `declaredMs` is used only if the value is the newest.
 */
export function withValue(former: Rhythm | undefined, atMs: number, declaredMs: number | undefined): Rhythm {
  if (!former) return { times: [atMs], declaredMs };
  const { times } = former;
  const newest = times[times.length - 1]!;
  if (atMs > newest) return { times: [...times, atMs].slice(-timesMax), declaredMs };
  if (times.includes(atMs)) return atMs === newest ? { times, declaredMs } : former;
  const sorted = [...times, atMs].sort((a, b) => a - b).slice(-timesMax);
  return { ...former, times: sorted };
}

/**
 * Returns the usual interval of a parameter in ms. If at least three intervals are known, returns their median, or the
 * declared interval if that is longer. For a single measurement, the result is also at least the shorter of the last
 * interval and `episodicMs`, because a slow cycle often follows a quick series. If fewer than three intervals are
 * known, returns the longer of the declared interval and `episodicMs`.
 */
export function intervalMsOf({ times, declaredMs }: Rhythm, { episodicMs }: Pick<Parameter, 'episodicMs'>): number {
  const spacings = times.slice(1).map((time, at) => time - times[at]!);
  if (spacings.length < spacingsMin) return Math.max(declaredMs ?? defaultIntervalMs, episodicMs ?? 0);
  const lastSpacing = spacings[spacings.length - 1]!;
  const median = spacings.sort((a, b) => a - b)[Math.floor(spacings.length / 2)]!;
  const isSingleMeasurement = episodicMs !== undefined && median >= singleMs;
  return Math.max(median, declaredMs ?? 0, isSingleMeasurement ? Math.min(lastSpacing, episodicMs) : 0);
}
