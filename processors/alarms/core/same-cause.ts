/**
 * One condition about which both Vigil and the device alarm: the graver alarm calls, and the other is listed under it (CLINICAL, "Alarm
 * vocabulary"). If both are equally grave, the first one calls, so that nobody is called twice for one cause. Pure.
 */
import { gravity } from './alarm.ts';
import type { Condition } from './condition.ts';

/** Above every other rank. */
const callerRank = 1_000;

/** Returns the conditions in the same order. In each cause that contains an alarm of the device, one condition calls. */
export function asOneCall(conditions: readonly Condition[]): readonly Condition[] {
  if (!conditions.some(({ origin }) => origin === 'device')) return conditions;
  const chains = new Set(conditions.filter(({ origin }) => origin === 'device').map(({ chain }) => chain));
  const callers = new Map([...chains].map((chain) => [chain, callerOf(conditions, chain)] as const));
  return conditions.map((condition) => {
    const of = callers.get(condition.chain);
    if (of === undefined) return condition;
    if (condition === of.caller) return { ...condition, rank: callerRank };
    const isListed = condition.origin === 'device' || condition === of.ours;
    return isListed ? { ...condition, quiet: true, listedUnder: of.caller.name } : condition;
  });
}

/** Returns which condition calls for a chain, and the gravest of Vigil's own conditions in it. */
function callerOf(conditions: readonly Condition[], chain: string) {
  const all = conditions.filter((condition) => condition.chain === chain);
  const ours = all
    .filter(({ origin }) => origin === undefined)
    .reduce<Condition | undefined>(
      (most, condition) => (most !== undefined && most.rank >= condition.rank ? most : condition),
      undefined,
    );
  const candidates = all.filter((condition) => condition.origin === 'device' || condition === ours);
  return { ours, caller: candidates.reduce((most, condition) => (isGraver(condition, most) ? condition : most)) };
}

function isGraver(a: Condition, b: Condition): boolean {
  const tier = ({ rank }: Condition) => Math.floor(rank / 10);
  const graver = gravity[a.priority] - gravity[b.priority] || tier(a) - tier(b) || b.determined - a.determined;
  return graver > 0 || (graver === 0 && a.key < b.key);
}
