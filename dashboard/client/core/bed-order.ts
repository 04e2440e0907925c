/** Puts the beds on a screen into the order of the registry of wards. */
import type { ShownPlan, WardPlan } from '../../../contracts/ward-plan.ts';
import type { BedGroup } from './bed-groups.ts';
import { compareBeds } from './numerics.ts';
import { bedsOfPart, type PartChoice } from './ward-parts.ts';

/** Tiles that stand together; below a heading if the section has a name. */
export type TileSection<Bed> = { readonly name: string | undefined; readonly beds: readonly Bed[] };

/**
 * Returns the beds by ward. The beds of a ward have the order of its plan: sector by sector or, without sectors, as the
 * registry lists the beds. A bed that is not in the plan comes last in its ward, by name. Without plans all beds are in
 * the order of their names.
 */
export function orderedGroups(groups: readonly BedGroup[], plans: readonly WardPlan[]): BedGroup[] {
  const places = new Map<string, number>();
  for (const { ward, beds, sectors = [] } of plans)
    for (const bed of [...sectors.flatMap((sector) => sector.beds), ...beds]) {
      const key = JSON.stringify([ward, bed]);
      if (!places.has(key)) places.set(key, places.size);
    }
  const placeOf = ({ bed }: BedGroup) => places.get(JSON.stringify([bed.ward, bed.bed])) ?? Number.POSITIVE_INFINITY;
  return groups.toSorted((a, b) => {
    const [placeA, placeB] = [placeOf(a), placeOf(b)];
    if (a.bed.ward !== b.bed.ward || placeA === placeB) return compareBeds(a.bed, b.bed);
    return placeA - placeB;
  });
}

/** Returns the name of the sector of a bed; undefined if the bed is in no sector. */
export function sectorOf(plan: WardPlan | undefined, bed: string): string | undefined {
  return plan?.sectors?.find((sector) => sector.beds.includes(bed))?.name;
}

/**
 * Returns the sectors whose screens show a bed: the sector of the bed and its former sectors. Empty if the bed is in no
 * sector now; then all screens show the bed.
 */
function sectorsShowing(plan: ShownPlan | undefined, bed: string): readonly string[] {
  const now = sectorOf(plan, bed);
  if (now === undefined) return [];
  return [now, ...(plan?.formerSectors ?? []).flatMap(({ name, beds }) => (beds.includes(bed) ? [name] : []))];
}

/**
 * Returns the beds of a half of the ward. The names of the beds decide the halves, not the plan (see `groupsOfPart`).
 */
export function halfByName(groups: readonly BedGroup[], half: 'first' | 'second'): readonly BedGroup[] {
  return bedsOfPart(orderedGroups(groups, []), half);
}

/**
 * Returns the beds of a part of the ward, in the order of the plan. The halves of a ward depend on the names of the
 * beds, and not on the plan: two screens that share a ward may have different plans for some minutes, and even then
 * each bed must be on one of the two screens.
 * @param ordered the beds in the order of the plan
 * @param plan undefined if the page does not know the present plan; then each sector has all beds
 */
export function groupsOfPart(
  ordered: readonly BedGroup[],
  part: PartChoice,
  plan: ShownPlan | undefined,
): readonly BedGroup[] {
  if (part !== 'first' && part !== 'second')
    return bedsOfPart(ordered, part, ({ bed }) => sectorsShowing(plan, bed.bed));
  const half = new Set(halfByName(ordered, part));
  return ordered.filter((group) => half.has(group));
}

/**
 * Returns the sections of the tiles: one section for each sector with beds, and a last section for the beds without a
 * sector.
 */
export function tileSections(ordered: readonly BedGroup[], plan: WardPlan | undefined): TileSection<BedGroup>[] {
  const bySector = Map.groupBy(ordered, ({ bed }) => sectorOf(plan, bed.bed));
  if (bySector.size < 2) return [{ name: undefined, beds: ordered }];
  return [...bySector].map(([name, beds]) => ({ name, beds }));
}
