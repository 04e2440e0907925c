/**
 * Merges alarms of Vigil and of the device about the same cause. The more serious alarm calls, and the less serious
 * alarm is listed under the calling alarm (CLINICAL, "Alarm vocabulary"). If the two are equally serious, the earlier
 * alarm calls. So nobody is called twice for one cause. Pure.
 */
import { priorityRank } from '../../../contracts/priorities.ts';
import type { Condition } from './condition.ts';

/** A rank above all ranks of conditions. */
const callerRank = 1_000;

/**
 * Returns the conditions in the same order. If the device raises an alarm about a cause, only one of the conditions
 * with this cause calls.
 */
export function withOneCallPerCause(conditions: readonly Condition[]): readonly Condition[] {
  if (!conditions.some(({ origin }) => origin === 'device')) return conditions;
  const chains = new Set(conditions.filter(({ origin }) => origin === 'device').map(({ chain }) => chain));
  const callers = new Map([...chains].map((chain) => [chain, callerOf(conditions, chain)] as const));
  return conditions.map((condition) => {
    const cause = callers.get(condition.chain);
    if (cause === undefined) return condition;
    if (condition === cause.caller) return { ...condition, rank: callerRank };
    const isListed = condition.origin === 'device' || condition === cause.vigilCondition;
    return isListed ? { ...condition, quiet: true, listedUnder: cause.caller.name } : condition;
  });
}

/** Returns the condition that calls for a cause, and the most serious of Vigil's own conditions with this cause. */
function callerOf(conditions: readonly Condition[], chain: string) {
  const all = conditions.filter((condition) => condition.chain === chain);
  const vigilCondition = all
    .filter(({ origin }) => origin === undefined)
    .reduce<Condition | undefined>(
      (most, condition) => (most !== undefined && most.rank >= condition.rank ? most : condition),
      undefined,
    );
  const candidates = all.filter((condition) => condition.origin === 'device' || condition === vigilCondition);
  return {
    vigilCondition,
    caller: candidates.reduce((most, condition) => (isMoreSerious(condition, most) ? condition : most)),
  };
}

function isMoreSerious(a: Condition, b: Condition): boolean {
  const tier = ({ rank }: Condition) => Math.floor(rank / 10);
  const difference =
    priorityRank[a.priority] - priorityRank[b.priority] || tier(a) - tier(b) || b.determined - a.determined;
  return difference > 0 || (difference === 0 && a.key < b.key);
}
