/**
 * For some time after the sectors of a ward changed, a bed is on the screens of its former sector, too. Pages learn of
 * a change at different times. Without this rule, the page of the old sector could drop a bed before the page of the
 * new sector shows it. Pure.
 */
import type { Sector, ShownPlan, WardPlan } from './ward-plan.ts';

/**
 * How long former sectors count (ours). This is longer than the time for which a page uses a plan without a newer
 * answer (`planAgeMsMax`).
 */
export const formerSectorMs = 15 * 60_000;
/** A page whose newest plan is older than this shows the beds of all sectors (ours). */
export const planAgeMsMax = 10 * 60_000;
/** Maximum number of changes that are kept. If more come, the oldest is forgotten. */
const changesMax = 50;

/** The sectors that a ward had before a change. These sectors count until `untilMs` of the caller's clock. */
export type FormerSectors = { readonly ward: string; readonly sectors: readonly Sector[]; readonly untilMs: number };

/** Returns the former sectors that still count after the plans have changed from `before` to `after`. */
export function formersAfterChange(
  formers: readonly FormerSectors[],
  before: readonly WardPlan[],
  after: readonly WardPlan[],
  nowMs: number,
): readonly FormerSectors[] {
  const changed = before.flatMap(({ ward, sectors }): FormerSectors[] => {
    const next = after.find((plan) => plan.ward === ward);
    if (!sectors || !next || JSON.stringify(sectors) === JSON.stringify(next.sectors)) return [];
    return [{ ward, sectors, untilMs: nowMs + formerSectorMs }];
  });
  const counting = formers.filter(({ untilMs }) => nowMs < untilMs);
  return changed.length === 0 && counting.length === formers.length
    ? formers
    : [...counting, ...changed].slice(-changesMax);
}

/** Returns the plans with the former sectors that still count. */
export function withFormerSectors(
  plans: readonly ShownPlan[],
  formers: readonly FormerSectors[],
  nowMs: number,
): readonly ShownPlan[] {
  if (formers.length === 0) return plans;
  return plans.map((plan) => {
    const own = formers.filter(({ ward, untilMs }) => ward === plan.ward && nowMs < untilMs);
    const sectors = [...(plan.formerSectors ?? []), ...own.flatMap((former) => former.sectors)];
    return sectors.length === 0 ? plan : { ...plan, formerSectors: sectors };
  });
}
