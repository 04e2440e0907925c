/**
 * The state of a ward's duties, and the rules for when one assignment follows another. contracts/duties.ts computes
 * this state.
 */
import type { Assignment, AssignmentEvent, Duty, Person } from './messages/assignments.ts';
import type { Actor } from './messages/records.ts';

/** Maximum number of assignments of a ward that are not over. Further assignments have no effect. */
export const liveAssignmentsMax = 500;
/**
 * The state keeps at most this many assignments and this many absences of a ward. Assignments and absences that are
 * over count, too.
 */
export const storedAssignmentsMax = 2_000;
/** An assignment or absence that is over stays in the state for this time, so that people can see what happened. */
export const finishedKeptMs = 48 * 3_600_000;
/** `withoutOld` runs at most once in this time, because it looks at all assignments of the ward. */
const dropEveryMs = 3_600_000;
/**
 * An assignment can be accepted at most this long before its start, because the person who accepts must be there to
 * take over (our choice). For the same reason, a person who assigns herself or himself for a later time must still
 * accept.
 */
export const acceptEarlyMsMax = 3_600_000;

/** The last change of an assignment or absence. `version` is the version of the ward after this change. */
export type LastChange = Pick<AssignmentEvent, 'type' | 'at' | 'by'> & { readonly version: number };

/** An assignment, and what happened to it. */
export type DutyAssignment = {
  readonly assignment: Assignment;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly by: Actor;
  readonly at: string;
  /**
   * `order` is the ward's version after the acceptance. If two persons accepted, the person with the greater `order`
   * accepted later.
   */
  readonly accepted?: { readonly order: number; readonly at: string };
  readonly declined?: { readonly reason: string; readonly at: string };
  readonly ended?: { readonly atMs: number; readonly by: Actor; readonly successor?: string };
  readonly changed: LastChange;
};

export type Absence = {
  readonly awayId: string;
  readonly userId: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly cover?: Person;
  readonly isOver?: true;
  /** The cover has seen that she or he covers. */
  readonly isCoverSeen?: true;
  /** When the cover said that she or he cannot cover, ms. From then on, this person is no longer the cover. */
  readonly coverRejectedMs?: number;
  readonly changed: LastChange;
};

export type WardDuties = {
  /** The number of events that had an effect. A change names the version that the person saw. */
  readonly version: number;
  /** The latest `at` of the ward's events, ms. This time replaces a clock when old assignments are dropped. */
  readonly latestAtMs: number;
  /** The value of `latestAtMs` when `withoutOld` last dropped old assignments. */
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

/** Returns the beds of an assignment. For a duty of the whole ward, the list has one entry: `undefined`. */
function placesOf({ assignment }: DutyAssignment): readonly (string | undefined)[] {
  return assignment.beds ?? [undefined];
}

/**
 * Returns the beds of a waiting assignment that the person must still accept; undefined for a duty of the whole ward.
 * These beds are left out:
 * - a bed that the person has accepted separately, in another assignment for the same duty that begins at the same time
 * or earlier and ends at the same time or later;
 * - a bed that the person accepted in this way and then lost again: somebody ended that assignment, or handed the bed
 * over. Vigil must not offer the bed again to the person who has just lost the bed.
 *
 * The list is never empty. If no bed is left, returns the beds that the person has not lost. If all beds are lost,
 * returns all beds.
 */
export function remainingBeds(ward: WardDuties, entry: DutyAssignment, atMs: number): readonly string[] | undefined {
  const { beds, duty, userId } = entry.assignment;
  if (!beds || entry.accepted) return beds;
  const ofSameTime = ward.assignments.filter(
    ({ assignment, accepted, fromMs, untilMs }) =>
      assignment.userId === userId &&
      assignment.duty === duty &&
      accepted &&
      fromMs <= entry.fromMs &&
      untilMs > atMs &&
      untilMs >= entry.untilMs,
  );
  const bedsOf = (entries: readonly DutyAssignment[]) => entries.flatMap(({ assignment }) => assignment.beds ?? []);
  const accepted = new Set(bedsOf(ofSameTime.filter(({ ended }) => !ended)));
  // An assignment older than `entry` does not show that the bed was taken from the person: `entry` may have given the
  // bed back.
  const index = ward.assignments.indexOf(entry);
  const lost = new Set(bedsOf(ofSameTime.filter((other) => other.ended && ward.assignments.indexOf(other) > index)));
  const open = beds.filter((bed) => !lost.has(bed));
  const remaining = open.filter((bed) => !accepted.has(bed));
  if (remaining.length > 0) return remaining;
  // The person has accepted or lost all beds one by one. The assignment can still be accepted as a whole.
  return open.length > 0 ? open : beds;
}

/**
 * Returns the overdue assignment for one duty and bed: its time has passed, nobody ended it, and nobody has taken over.
 * A successor takes over only with an assignment that lasts longer and was not ended before the time of the take-over.
 * So if a successor accepts in advance, and somebody then ends the assignment of the successor, the bed stays with the
 * former person.
 *
 * Only one assignment can be overdue: the assignment that lasts longest has taken over from all others.
 * @param begun the accepted assignments for this duty and bed that have begun
 */
export function overdueOf(begun: readonly DutyAssignment[], atMs: number): DutyAssignment | undefined {
  let last: DutyAssignment | undefined;
  for (const entry of begun) if (!entry.ended && (last === undefined || outlasts(entry, last))) last = entry;
  if (last === undefined || last.untilMs > atMs) return undefined;
  const former = last;
  const isTakenOver = begun.some(
    (entry) => entry.ended && outlasts(entry, former) && entry.ended.atMs > Math.max(entry.fromMs, former.untilMs),
  );
  return isTakenOver ? undefined : former;
}

/**
 * Returns the overdue assignments with the beds that nobody has taken over. This function runs for each change and each
 * screen. So it visits an assignment only once for each bed of the assignment.
 */
export function overdueBeds(
  ward: WardDuties,
  atMs: number,
): ReadonlyMap<DutyAssignment, readonly (string | undefined)[]> {
  const begun = new Map<Duty, Map<string | undefined, DutyAssignment[]>>();
  for (const entry of ward.assignments) {
    if (!entry.accepted || entry.fromMs > atMs) continue;
    const { duty } = entry.assignment;
    const ofDuty = begun.get(duty) ?? new Map<string | undefined, DutyAssignment[]>();
    begun.set(duty, ofDuty);
    for (const bed of placesOf(entry)) {
      const atPlace = ofDuty.get(bed);
      if (atPlace) atPlace.push(entry);
      else ofDuty.set(bed, [entry]);
    }
  }
  const overdue = new Map<DutyAssignment, (string | undefined)[]>();
  for (const ofDuty of begun.values())
    for (const [bed, entries] of ofDuty) {
      const entry = overdueOf(entries, atMs);
      if (entry) overdue.set(entry, [...(overdue.get(entry) ?? []), bed]);
    }
  return overdue;
}

/**
 * Returns the assignments of a ward that are not over at a time. Assignments that have not begun and overdue
 * assignments are included.
 */
export function liveAssignments(ward: WardDuties, atMs: number): DutyAssignment[] {
  const overdue = overdueBeds(ward, atMs);
  return ward.assignments.filter((entry) =>
    entry.ended ? entry.ended.atMs > atMs : entry.untilMs > atMs || overdue.has(entry),
  );
}

/**
 * Returns whether a ward cannot take a further assignment. `countLive` returns the number of assignments that are not
 * over.
 */
export function isFull({ assignments }: WardDuties, countLive: () => number): boolean {
  if (assignments.length >= storedAssignmentsMax) return true;
  return assignments.length >= liveAssignmentsMax && countLive() >= liveAssignmentsMax;
}

/**
 * Returns whether `later` is accepted and lasts longer than `former`. If both end together, the assignment that was
 * accepted later counts as longer.
 */
function outlasts(later: DutyAssignment, former: DutyAssignment): boolean {
  if (!later.accepted || !former.accepted) return false;
  if (later.untilMs !== former.untilMs) return later.untilMs > former.untilMs;
  return later.accepted.order > former.accepted.order;
}

/**
 * Returns the ward without the assignments and absences that ended more than `finishedKeptMs` before the ward's latest
 * event. A successor's assignment stays as long as the former assignment. Without the successor's assignment, the beds
 * would return to the former person.
 */
export function withoutOld(ward: WardDuties): WardDuties {
  if (ward.latestAtMs - ward.droppedAtMs < dropEveryMs) return ward;
  const limitMs = ward.latestAtMs - finishedKeptMs;
  const kept = new Set(liveAssignments(ward, limitMs - 1));
  const firstKept = createFirstAtPlace();
  for (const entry of kept) firstKept.add(entry);
  const old = ward.assignments.filter((entry) => entry.accepted && !kept.has(entry));
  for (const entry of old.sort((a, b) => (outlasts(a, b) ? 1 : -1))) {
    if (!firstKept.of(entry).some((former) => outlasts(entry, former))) continue;
    kept.add(entry);
    firstKept.add(entry);
  }
  return {
    ...ward,
    droppedAtMs: ward.latestAtMs,
    assignments: ward.assignments.filter((entry) => kept.has(entry)),
    absences: ward.absences.filter(({ untilMs }) => untilMs >= limitMs),
  };
}

/**
 * Finds, for each duty and bed, the accepted assignment that ends first. Leaves out assignments that a person has
 * ended.
 */
function createFirstAtPlace() {
  const first = new Map<string, DutyAssignment>();
  const keysOf = (entry: DutyAssignment) => placesOf(entry).map((bed) => `${entry.assignment.duty} ${bed ?? ''}`);
  return {
    add(entry: DutyAssignment): void {
      if (!entry.accepted || entry.ended) return;
      for (const key of keysOf(entry)) {
        const former = first.get(key);
        if (former === undefined || outlasts(former, entry)) first.set(key, entry);
      }
    },
    of: (entry: DutyAssignment) => keysOf(entry).flatMap((key) => first.get(key) ?? []),
  };
}
