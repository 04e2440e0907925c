/** From the conditions that hold to the alarms on the screens: whatever differs is raised, told, or ended. */
import { clear, type Draft } from './draft.ts';
import { raise, recur, refresh, resolve } from './lifecycle.ts';
import { activeLimits } from './line.ts';
import type { Active, Technical } from './state.ts';
import { closedMax } from './tuning.ts';

/**
 * Technical conditions that are one matter, whoever notices it: only the one of the highest rank calls. SpO2 and the pulse rate
 * come from one sensor.
 */
const technicalChains: Readonly<Record<string, { chain: string; rank: number }>> = {
  'no-data': { chain: 'silence', rank: 1 },
  disconnected: { chain: 'silence', rank: 2 },
  'PR.no-data': { chain: 'pleth', rank: 1 },
  'SpO2.no-data': { chain: 'pleth', rank: 2 },
};

/**
 * Of the conditions of one parameter and side only the gravest calls. One that had been raised before stays present with its
 * signal off (BICEPS: a condition without a signal) and calls again when the graver one ends; one that had not is not raised.
 * @param endAt event time at which what no longer holds ended
 */
export function reconcile(d: Draft, endAt: number): void {
  const actives = conditionsThatHold(d);
  const subsumed = subsumption([...actives.values()]);
  if ((d.s.association?.endedAt ?? null) !== null) {
    closeAll(d, actives, subsumed, endAt);
    return;
  }
  // The gravest first, so that a screen is at no moment without the call.
  for (const active of [...actives.values()].sort((a, b) => b.rank - a.rank)) {
    const live = d.s.live[active.key];
    if (live?.alarm.present) refresh(d, live, active, subsumed(active));
    else if (subsumed(active) || (active.outOfOrder && known(d, active))) continue;
    else if (live) recur(d, live, active);
    else raise(d, active);
  }
  for (const [key, live] of Object.entries(d.s.live))
    if (live.alarm.present && !actives.has(key)) resolve(d, key, live, endAt);
}

/** Whether a graver condition of the same chain holds. */
function subsumption(actives: readonly Active[]): (active: Active) => boolean {
  const ranks = new Map<string, number>();
  for (const { chain, rank } of actives) ranks.set(chain, Math.max(rank, ranks.get(chain) ?? 0));
  return ({ chain, rank }) => rank < ranks.get(chain)!;
}

/**
 * The period is over: nobody is at the device any more whom these alarms could call to. What a late reading still shows of it
 * is put on record once, raised and closed.
 */
function closeAll(
  d: Draft,
  actives: ReadonlyMap<string, Active>,
  subsumed: (active: Active) => boolean,
  endAt: number,
): void {
  for (const active of actives.values())
    if (!d.s.live[active.key] && !subsumed(active) && !known(d, active)) raise(d, { ...active, late: true });
  for (const key of Object.keys(d.s.live)) {
    if (d.s.live[key]!.alarm.present) resolve(d, key, d.s.live[key]!, endAt);
    const latched = d.s.live[key];
    if (latched) clear(d, key, latched, endAt, closedMax);
  }
}

function conditionsThatHold(d: Draft): Map<string, Active> {
  const held = activeLimits(d.s.main, false);
  for (const [key, active] of activeLimits(d.s.late, true)) if (!held.has(key)) held.set(key, active);
  for (const [key, technical] of Object.entries(d.s.technical)) held.set(key, technicalActive(key, technical));
  return held;
}

/** Readings that came again, or late, and show what was an alarm already then. */
function known(d: Draft, active: Active): boolean {
  const within = (from: number, to: number) => active.onset >= from && active.onset <= to;
  const live = d.s.live[active.key];
  if (live?.alarm.resolvedAt !== undefined && within(live.onset, Date.parse(live.alarm.resolvedAt))) return true;
  return d.s.closed.some((one) => one.key === active.key && within(one.from, one.to));
}

function technicalActive(key: string, technical: Technical): Active {
  return {
    key,
    kind: 'technical',
    ...(technicalChains[key] ?? { chain: key, rank: 0 }),
    determined: technical.onset,
    valueAt: technical.onset,
    excess: 0,
    late: false,
    outOfOrder: false,
    ...technical,
  };
}
