/** Conditions of one cause: only the gravest of them calls. Pure. */
import type { Condition, Episode } from './condition.ts';

/**
 * Whether a graver condition of the same cause holds, or one that stands for this one too.
 * @param standing chains that stand for others though no condition of them holds
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

/** Without the episodes for which a graver one, or a condition that holds, stood all the same. */
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
