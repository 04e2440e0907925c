/** How long a login has to wait after failures: doubling from 30 s to 15 min, by user id and address together, so that nobody can
 * lock a nurse out from another place. */

/** Failures that cost nothing: people mistype. */
export const freeFailures = 5;
const firstDelayMs = 30_000;
const delayMsMax = 15 * 60_000;
/** Failures are forgotten after this long without another. */
export const forgetMs = 60 * 60_000;
/** User and address pairs held at once; past it the one that failed longest ago is forgotten. */
export const pairsMax = 10_000;

export type Failures = Map<string, { readonly count: number; readonly atMs: number }>;

/** Milliseconds until the next try is judged at all; 0 where it may come now. */
export function delayLeftMs(failures: Failures, pair: string, nowMs: number): number {
  const known = failures.get(pair);
  if (!known || known.count < freeFailures || nowMs - known.atMs >= forgetMs) return 0;
  const delayMs = Math.min(firstDelayMs * 2 ** (known.count - freeFailures), delayMsMax);
  return Math.max(0, known.atMs + delayMs - nowMs);
}

export function noteFailure(failures: Failures, pair: string, nowMs: number): void {
  const known = failures.get(pair);
  const count = known && nowMs - known.atMs < forgetMs ? known.count + 1 : 1;
  failures.delete(pair);
  failures.set(pair, { count, atMs: nowMs });
  if (failures.size > pairsMax) failures.delete(failures.keys().next().value!);
}

export function noteSuccess(failures: Failures, pair: string): void {
  failures.delete(pair);
}
