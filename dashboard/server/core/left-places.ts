/**
 * Finds the places that lose their last responsible person through a change of a board. The change can be any act: an
 * end, an absence, an acceptance that ends the duty of a person who covers, a CSV text. The person who makes the change
 * must confirm these places.
 */
import { isCovering, type Responsible, responsibleAt } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import { leftKey } from '../../../contracts/left-key.ts';
import type { LeftPlace } from '../../../contracts/left-places.ts';
import { visibleText } from '../../../contracts/text.ts';
import { accountFault, type BoardRefusal, refusalOf } from './board-context.ts';
import type { AccountOf } from './duty-notices.ts';

/** Returns the places at which somebody is responsible before the change, and nobody after the change. */
export function leftPlaces(
  before: DutyState,
  after: DutyState,
  { ward, nowMs, accountOf }: { readonly ward: string; readonly nowMs: number; readonly accountOf: AccountOf },
): LeftPlace[] {
  const places = new Map<string, LeftPlace>();
  // On a full board, hundreds of assignments share their places. Each place is examined only once, because each
  // examination reads the whole board.
  const examined = new Set<string>();
  const duties = dutiesOf(before, ward);
  for (const entry of liveAssignments(duties, nowMs)) {
    if (!entry.accepted || entry.fromMs > nowMs) continue;
    const { duty, beds } = entry.assignment;
    const covererOf = (state: DutyState, bed: string | undefined): Responsible | undefined =>
      responsibleAt(state, { ward, duty, ...(bed === undefined ? {} : { bed }) }, nowMs).find(
        (person) => isCovering(person) && accountFault(accountOf(person.userId), ward, duty) === undefined,
      );
    for (const bed of beds ?? [undefined]) {
      const placeKey = JSON.stringify([duty, bed]);
      if (examined.has(placeKey)) continue;
      examined.add(placeKey);
      const place = { duty, ...(bed === undefined ? {} : { bed: visibleText(bed) }) };
      if (places.has(leftKey(place))) continue;
      const person = covererOf(before, bed);
      if (person === undefined || covererOf(after, bed) !== undefined) continue;
      const of = duties.assignments.find(({ assignment }) => assignment.assignmentId === person.assignmentId);
      const isCover = of !== undefined && of.assignment.userId !== person.userId;
      places.set(leftKey(place), { ...place, ...(isCover ? { coveredFor: visibleText(of.assignment.name) } : {}) });
    }
  }
  return [...places.values()];
}

/**
 * Returns a refusal if a place loses its last responsible person and the request does not confirm this place. Undefined
 * in all other cases.
 */
export function leftRefusal(left: readonly LeftPlace[], confirmed: readonly string[] = []): BoardRefusal | undefined {
  if (left.every((place) => confirmed.includes(leftKey(place)))) return undefined;
  return {
    ...refusalOf('conflict', 'Not saved yet. After this change, nobody is responsible at these places:'),
    left: [...left],
  };
}

/** Returns the text for the audit trail: which places had nobody after the change. */
export function leftText(left: readonly LeftPlace[]): string {
  return left.length === 0 ? '' : `leaves nobody at: ${left.map(leftKey).join(', ')}`;
}
