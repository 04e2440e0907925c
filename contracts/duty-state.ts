/**
 * The state of a ward's duties, and the rules for when one assignment follows another. contracts/duties.ts computes this state.
 */
import type { Assignment, Duty, Person } from './messages/assignments.ts';
import type { Actor } from './messages/records.ts';

/** Maximum number of assignments of a ward that are not over. Further assignments have no effect. */
export const liveAssignmentsMax = 500;
/** Maximum number of assignments and of absences that the state keeps for a ward, with those that are over. */
export const storedAssignmentsMax = 2_000;
/** An assignment or absence that is over stays in the state for this time, so that people can see what happened. */
export const finishedKeptMs = 48 * 3_600_000;
/** `withoutOld` runs at most once in this time, because it compares all assignments of the ward. */
const dropEveryMs = 3_600_000;
/**
 * An assignment can be accepted from this time before its start, because the person who accepts must be there to take over (our choice). For the
 * same reason, a person who assigns herself or himself for a later time must still accept.
 */
export const acceptEarlyMsMax = 3_600_000;

/** An assignment, and what happened to it. */
export type DutyAssignment = {
  readonly assignment: Assignment;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly by: Actor;
  readonly at: string;
  /** `order` is the ward's version after the acceptance: of two persons, the greater accepted later. */
  readonly accepted?: { readonly order: number; readonly at: string };
  readonly declined?: { readonly reason: string; readonly at: string };
  readonly ended?: { readonly atMs: number; readonly by: Actor; readonly successor?: string };
};

export type Absence = {
  readonly awayId: string;
  readonly userId: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly cover?: Person;
  readonly isOver?: true;
};

export type WardDuties = {
  /** Counts the events that had an effect. A change names the version that the person saw. */
  readonly version: number;
  /** The latest `at` of the ward's events, ms. What is over is dropped by this time, because this file has no clock. */
  readonly latestAtMs: number;
  /** The value of `latestAtMs` when `withoutOld` last dropped what is over. */
  readonly droppedAtMs: number;
  /** In the order of the log. */
  readonly assignments: readonly DutyAssignment[];
  readonly absences: readonly Absence[];
};

/** The duties of all wards. A ward without events is not in the map. */
export type DutyState = { readonly wards: ReadonlyMap<string, WardDuties> };

export const initialState: DutyState = { wards: new Map() };
export const noDuties: WardDuties = { version: 0, latestAtMs: 0, droppedAtMs: 0, assignments: [], absences: [] };

/** Returns the duties of a ward; a ward without events has version 0. */
export function dutiesOf(state: DutyState, ward: string): WardDuties {
  return state.wards.get(ward) ?? noDuties;
}

/** Returns whether the duty is for named beds. The other duties are for the whole ward. */
export function hasBeds(duty: Duty): boolean {
  return duty === 'nurse' || duty === 'buddy';
}

/** Returns whether an assignment is for this duty and bed. A duty without beds is for every bed of its ward. */
export function isFor({ assignment }: DutyAssignment, duty: Duty, bed: string | undefined): boolean {
  if (assignment.duty !== duty) return false;
  return assignment.beds === undefined || (bed !== undefined && assignment.beds.includes(bed));
}

/**
 * Returns from when another assignment has taken a bed over; Infinity if none has. A successor is accepted, lasts longer, and was not ended
 * before it could take over. So a successor who accepted in advance and was then taken off the list leaves the bed with the former person.
 */
export function takenOverAtMs(ward: WardDuties, former: DutyAssignment, bed: string | undefined): number {
  let takenOver = Number.POSITIVE_INFINITY;
  for (const entry of ward.assignments) {
    if (entry === former || !outlasts(entry, former) || !isFor(entry, former.assignment.duty, bed)) continue;
    const startMs = Math.max(entry.fromMs, former.untilMs);
    if (entry.ended === undefined || entry.ended.atMs > startMs) takenOver = Math.min(takenOver, startMs);
  }
  return takenOver;
}

/** Returns when an assignment was or will be over, ms; Infinity for an accepted assignment that nobody has taken over. */
export function overAtMs(ward: WardDuties, entry: DutyAssignment): number {
  if (entry.ended) return entry.ended.atMs;
  if (!entry.accepted) return entry.untilMs;
  const beds = entry.assignment.beds ?? [undefined];
  return Math.max(...beds.map((bed) => takenOverAtMs(ward, entry, bed)));
}

/** Returns whether `later` is accepted and lasts longer than `former`. If both end together, the person who accepted later lasts longer. */
function outlasts(later: DutyAssignment, former: DutyAssignment): boolean {
  if (!later.accepted || !former.accepted) return false;
  if (later.untilMs !== former.untilMs) return later.untilMs > former.untilMs;
  return later.accepted.order > former.accepted.order;
}

/**
 * Returns the ward without what was over `finishedKeptMs` before its latest event. A successor stays as long as an assignment that it took
 * over, because otherwise the beds would return to the former person.
 */
export function withoutOld(ward: WardDuties): WardDuties {
  if (ward.latestAtMs - ward.droppedAtMs < dropEveryMs) return ward;
  const limitMs = ward.latestAtMs - finishedKeptMs;
  const kept = new Set(ward.assignments.filter((entry) => overAtMs(ward, entry) >= limitMs));
  const old = ward.assignments.filter((entry) => !kept.has(entry)).sort((a, b) => (outlasts(a, b) ? 1 : -1));
  for (const entry of old)
    if ([...kept].some((former) => !former.ended && outlasts(entry, former) && sharesBed(entry, former)))
      kept.add(entry);
  return {
    ...ward,
    droppedAtMs: ward.latestAtMs,
    assignments: ward.assignments.filter((entry) => kept.has(entry)),
    absences: ward.absences.filter(({ untilMs }) => untilMs >= limitMs),
  };
}

function sharesBed(a: DutyAssignment, b: DutyAssignment): boolean {
  return (a.assignment.beds ?? [undefined]).some((bed) => isFor(b, a.assignment.duty, bed));
}
