/**
 * Finds the persons to call, also if the code throws an error about the duties of one person. Then this person counts
 * as out of reach, and the next persons of the chain are called. Pure.
 */
import { type Responsible, responsibleAt } from '../../../contracts/duties.ts';
import type { DutyState, WardDuties } from '../../../contracts/duty-state.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Place } from './inputs.ts';

/**
 * Returns the persons with a duty at a place, in the order in which to call them. Undefined if the ward is not known,
 * or has never had assignments.
 * @param onFailure called with the error for the persons who are left out
 * @throws the error of `responsibleAt` if no single person causes it
 */
export function personsApart(
  duties: DutyState,
  { ward, bed }: Place,
  duty: Duty,
  atMs: number,
  onFailure: (error: unknown) => void,
): Responsible[] | undefined {
  const ofWard = ward === null ? undefined : duties.wards.get(ward);
  if (ward === null || ofWard === undefined) return undefined;
  const personsIn = (wardDuties: WardDuties) =>
    responsibleAt({ wards: new Map([[ward, wardDuties]]) }, { ward, ...(bed !== null && { bed }), duty }, atMs);
  try {
    return personsIn(ofWard);
  } catch (error) {
    const persons = personsIn(withoutFailing(ofWard, personsIn));
    onFailure(error);
    return persons;
  }
}

/** Returns the duties without each person whose duties alone make `judge` throw. */
function withoutFailing(ward: WardDuties, judge: (ward: WardDuties) => unknown): WardDuties {
  const all = new Set([...ward.assignments.map(personOfAssignment), ...ward.absences.map(personOfAbsence)]);
  const good = new Set(
    [...all].filter((userId) => userId !== undefined && !throws(() => judge(only(ward, (id) => id === userId)))),
  );
  return only(ward, (userId) => good.has(userId));
}

function only(ward: WardDuties, isKept: (userId: string | undefined) => boolean): WardDuties {
  return {
    ...ward,
    assignments: ward.assignments.filter((entry) => isKept(personOfAssignment(entry))),
    absences: ward.absences.filter((entry) => isKept(personOfAbsence(entry))),
  };
}

/** Returns the id of the person; undefined if the entry cannot be read. */
function personOfAssignment(entry: WardDuties['assignments'][number]): string | undefined {
  try {
    return entry.assignment.userId;
  } catch {
    return undefined;
  }
}

function personOfAbsence(entry: WardDuties['absences'][number]): string | undefined {
  try {
    return entry.userId;
  } catch {
    return undefined;
  }
}

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}
