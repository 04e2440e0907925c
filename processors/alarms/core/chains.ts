/** Conditions of one cause: only the gravest of them calls. Pure. */
import type { Condition, Episode } from './condition.ts';

/**
 * Returns whether a graver condition of the same cause holds, or a condition of another chain that calls instead.
 * @param standing chains that call instead of others although none of their conditions holds
 */
export function subsumption(
  conditions: readonly Condition[],
  standing: ReadonlySet<string> = none,
): (condition: Condition) => boolean {
  const ranks = new Map<string, number>();
  for (const { chain, rank } of conditions)
    ranks.set(chain, Math.max(rank, ranks.get(chain) ?? Number.NEGATIVE_INFINITY));
  return ({ chain, rank, under }) =>
    rank < ranks.get(chain)! || under?.some((other) => ranks.has(other) || standing.has(other)) === true;
}

const none: ReadonlySet<string> = new Set();

/** Returns the episodes without those that would not have called anyway, because a graver episode or a lasting condition called instead. */
export function uncovered(episodes: readonly Episode[], conditions: readonly Condition[]): readonly Episode[] {
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
