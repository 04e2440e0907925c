/** Finds what a person covers for somebody who is away. */
import { isCovering, responsibleAt } from '../../../contracts/duties.ts';
import {
  type Absence,
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  liveAssignments,
  overdueBeds,
} from '../../../contracts/duty-state.ts';

/** An assignment of an absent person, with the beds that the cover has now. A duty of the whole ward has no beds. */
export type CoveredEntry = { readonly entry: DutyAssignment; readonly beds: readonly string[] };

/** Returns the accepted assignments of an absent person that have begun and are not over. */
export function entriesOfAway(state: DutyState, ward: string, userId: string, nowMs: number): DutyAssignment[] {
  return liveAssignments(dutiesOf(state, ward), nowMs).filter(
    ({ assignment, accepted, fromMs }) => assignment.userId === userId && accepted && fromMs <= nowMs,
  );
}

/**
 * Returns the assignments for which the cover of an absence is responsible now. The list is empty if the cover cannot
 * cover now (`absentCoverFault`), or if somebody else has taken over the places.
 */
export function coveredEntries(
  state: DutyState,
  ward: string,
  { userId, cover }: Absence,
  nowMs: number,
): CoveredEntry[] {
  const isCovered = (entry: DutyAssignment, bed?: string) =>
    responsibleAt(state, { ward, duty: entry.assignment.duty, ...(bed !== undefined && { bed }) }, nowMs).some(
      (person) => person.userId === cover?.userId && isCovering(person),
    );
  const overdue = overdueBeds(dutiesOf(state, ward), nowMs);
  return entriesOfAway(state, ward, userId, nowMs).flatMap((entry): CoveredEntry[] => {
    const { beds } = entry.assignment;
    if (beds === undefined) return isCovered(entry) ? [{ entry, beds: [] }] : [];
    const present = overdue.get(entry) ?? beds;
    const covered = present.filter((bed) => bed !== undefined && isCovered(entry, bed)) as string[];
    return covered.length > 0 ? [{ entry, beds: covered }] : [];
  });
}
