/**
 * Decides which conditions call. If several conditions have one cause (`chain`), only the most serious condition calls.
 * Pure.
 */
import type { Condition, Episode } from './condition.ts';

/**
 * Creates a function that returns true for a condition that must not call. Such a condition has the same cause as a
 * more serious condition, or its field `yieldsTo` names the cause of another condition.
 * @param callingChains causes that count as present without a condition, for example `silence` while a device has just
 * connected again
 */
export function subsumption(
  conditions: readonly Condition[],
  callingChains: ReadonlySet<string> = noChains,
): (condition: Condition) => boolean {
  const ranks = new Map<string, number>();
  for (const { chain, rank } of conditions)
    ranks.set(chain, Math.max(rank, ranks.get(chain) ?? Number.NEGATIVE_INFINITY));
  return ({ chain, rank, yieldsTo }) =>
    rank < ranks.get(chain)! || yieldsTo?.some((other) => ranks.has(other) || callingChains.has(other)) === true;
}

const noChains: ReadonlySet<string> = new Set();

/**
 * Returns the episodes that called. An episode did not call if a more serious episode or lasting condition with the
 * same cause called at that time.
 */
export function episodesThatCalled(episodes: readonly Episode[], conditions: readonly Condition[]): readonly Episode[] {
  if (episodes.length === 0) return episodes;
  const all = [...episodes, ...conditions.map((condition) => ({ condition, endedAt: Number.POSITIVE_INFINITY }))];
  return episodes.filter(
    ({ condition: { chain, rank, onset }, endedAt }) =>
      !all.some(
        (other) =>
          other.condition.chain === chain &&
          other.condition.rank > rank &&
          other.condition.onset <= endedAt &&
          other.endedAt >= onset,
      ),
  );
}
