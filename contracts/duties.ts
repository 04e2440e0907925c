/**
 * Computes who is responsible for a bed from the events of the topic `assignments`. The delivery of alarms, the
 * dashboards and the operator's commands use this file, so they all find the same person.
 *
 * - The order of the log decides: one dashboard at a time writes (`turns`), so the log has the order of the decisions.
 * The time `at` of an event does not change the order.
 * - An accepted assignment stays with its person after its `until`, until another accepted assignment for the same duty
 * and bed has begun that lasts longer, or until a person ends exactly this assignment. Without such a successor, the
 * bed stays with its former person.
 * - An event that contradicts the state (an unknown assignment, another person's acceptance, a repeated event) has no
 * effect.
 */
import { dutiesOfRole } from './duty-names.ts';
import {
  type Absence,
  acceptEarlyMsMax,
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  finishedKeptMs,
  hasBeds,
  isFor,
  isFull,
  type LastChange,
  liveAssignments,
  overdueOf,
  remainingBeds,
  storedAssignmentsMax,
  type WardDuties,
  withoutOld,
} from './duty-state.ts';
import {
  type Assignment,
  type AssignmentEvent,
  assignmentBedsMax,
  assignmentMsMax,
  awayMsMax,
  type Duty,
} from './messages/assignments.ts';
import { parseInstant } from './time.ts';

export const initialState: DutyState = { wards: new Map() };

/**
 * Whether a person has accepted a duty and is there. `overdue`: the person accepted, the shift is over, and nobody has
 * taken over. The bed is covered only if the state is `accepted` or `overdue`.
 */
export type Standing = 'accepted' | 'overdue' | 'not-accepted' | 'away';

/**
 * A person who is responsible for a place. Do not call a person with the standing `away`. For the cover of an absent
 * person, `assignmentId` and `standing` are of the assignment of the absent person.
 */
export type Responsible = {
  readonly userId: string;
  readonly name: string;
  readonly assignmentId: string;
  readonly standing: Standing;
};

/** A duty at a bed. Whole-ward duties ignore the bed. */
export type DutyPlace = { readonly ward: string; readonly bed?: string; readonly duty: Duty };

/**
 * Returns who is responsible for a duty at a bed, in the order in which to call them. Each person is listed once.
 * 1. The persons who have accepted. An overdue person comes last. The others are in the order of the latest start, and
 * then of the latest acceptance.
 * 2. The persons who have not yet accepted this bed (`remainingBeds`). Vigil calls these persons rather than nobody,
 * but they do not cover the bed.
 * 3. The persons who are away (`standing`: `away`). Do not call them. If the cover of an absent person may act for the
 * person (`absentCoverFault`), the list has the cover, too, at the place in 1 or 2 of the absent person.
 *
 * The result is right for the time of the state and for later times. For an earlier time, make the state only from the
 * events up to that time, because assignments that were ended since then are not listed.
 */
export function responsibleAt(state: DutyState, { ward, bed, duty }: DutyPlace, atMs: number): Responsible[] {
  const wardDuties = dutiesOf(state, ward);
  const begun = wardDuties.assignments.filter(
    (entry) => entry.accepted && entry.fromMs <= atMs && isFor(entry, duty, bed),
  );
  const overdue = overdueOf(begun, atMs);
  const accepted = begun
    .filter((entry) => !entry.ended && (entry.untilMs > atMs || entry === overdue))
    .sort((a, b) => compareAccepted(a, b, atMs));
  const notAccepted = wardDuties.assignments.filter(
    (entry) =>
      !entry.accepted &&
      entry.fromMs <= atMs &&
      entry.untilMs > atMs &&
      !entry.declined &&
      !entry.ended &&
      isFor(entry, duty, bed) &&
      (bed === undefined || (remainingBeds(wardDuties, entry, atMs)?.includes(bed) ?? true)),
  );
  const here: Responsible[] = [];
  const away: Responsible[] = [];
  for (const entry of [...accepted, ...notAccepted]) {
    const { userId, name, assignmentId } = entry.assignment;
    const standing = standingOf(entry, atMs);
    const absence = absenceAt(wardDuties, userId, atMs);
    if (absence === undefined) here.push({ userId, name, assignmentId, standing });
    else away.push({ userId, name, assignmentId, standing: 'away' });
    if (absence?.cover && absentCoverFault(wardDuties, absence, duty, atMs) === undefined)
      here.push({ userId: absence.cover.userId, name: absence.cover.name, assignmentId, standing });
  }
  return onePerPerson([...here, ...away]);
}

/** Returns whether the person covers the duty: the person accepted it and is not away. */
export function isCovering({ standing }: Responsible): boolean {
  return standing === 'accepted' || standing === 'overdue';
}

/**
 * Returns why the cover of an absent person is not responsible for a duty now, as the end of a sentence. Undefined if
 * the cover is responsible, or if the absence names no cover.
 */
export function absentCoverFault(
  ward: WardDuties,
  { cover, coverRejectedMs }: Absence,
  duty: Duty,
  atMs: number,
): string | undefined {
  if (coverRejectedMs !== undefined) return 'cannot cover';
  return cover && coverFault(ward, cover.userId, duty, atMs);
}

/**
 * Returns why a person does not cover a duty now, as the end of a sentence; undefined if the person covers the duty. A
 * cover must have a duty of the same role: a technician never covers for a nurse. A person whose duties are all over
 * never covers, but a person whose own hand-over is overdue still does. This function does not check accounts.
 */
export function coverFault(ward: WardDuties, userId: string, duty: Duty, atMs: number): string | undefined {
  if (absenceAt(ward, userId, atMs)) return 'is away too';
  const own = dutiesNow(ward, userId, atMs);
  if (own.length === 0) return 'has no duty now';
  return own.some((name) => isOfSameRole(name, duty)) ? undefined : `has no duty with which to cover a ${duty}`;
}

/** Returns whether one role may have both duties. */
export function isOfSameRole(a: Duty, b: Duty): boolean {
  return Object.values(dutiesOfRole).some((names: readonly Duty[]) => names.includes(a) && names.includes(b));
}

/** Returns the accepted duties of a person that have begun and are not over. */
export function dutiesNow(ward: WardDuties, userId: string, atMs: number): Duty[] {
  const own = ward.assignments.filter(
    (entry) => entry.assignment.userId === userId && entry.accepted && entry.fromMs <= atMs && !entry.ended,
  );
  const live = own.every(({ untilMs }) => untilMs > atMs) ? own : liveAssignments(ward, atMs);
  return own.filter((entry) => live.includes(entry)).map(({ assignment }) => assignment.duty);
}

/**
 * Returns the absence of a person at a time; undefined if the person is not away. If there are several absences,
 * returns the newest in the log.
 */
export function absenceAt(ward: WardDuties, userId: string, atMs: number): Absence | undefined {
  return ward.absences.findLast(
    (absence) => absence.userId === userId && !absence.isOver && absence.fromMs <= atMs && absence.untilMs > atMs,
  );
}

function compareAccepted(a: DutyAssignment, b: DutyAssignment, atMs: number): number {
  const isOverdueA = a.untilMs <= atMs;
  const isOverdueB = b.untilMs <= atMs;
  if (isOverdueA !== isOverdueB) return isOverdueA ? 1 : -1;
  return b.fromMs - a.fromMs || (b.accepted?.order ?? 0) - (a.accepted?.order ?? 0);
}

function standingOf(entry: DutyAssignment, atMs: number): Standing {
  if (!entry.accepted) return 'not-accepted';
  return entry.untilMs <= atMs ? 'overdue' : 'accepted';
}

function onePerPerson(people: readonly Responsible[]): Responsible[] {
  const seen = new Set<string>();
  return people.filter(({ userId }) => !seen.has(userId) && seen.add(userId));
}

/** Returns the state after an event. Returns the same object if the event has no effect. */
export function evolve(state: DutyState, event: AssignmentEvent): DutyState {
  const before = dutiesOf(state, event.ward);
  const { type, at, by } = event;
  const change = changeOf(before, event, { version: before.version + 1, type, at, by });
  if (change === undefined) return state;
  const latestAtMs = Math.max(before.latestAtMs, parseInstant(event.at) ?? 0);
  const after = { ...before, ...change, version: before.version + 1, latestAtMs };
  return { wards: new Map(state.wards).set(event.ward, withoutOld(after)) };
}

/**
 * Returns why an assignment is not valid, as a sentence; undefined if it is valid. `nurse` and `buddy` need beds, the
 * other duties have none.
 */
export function assignmentFault(assignment: Omit<Assignment, 'assignmentId' | 'userId' | 'name'>): string | undefined {
  const fromMs = parseInstant(assignment.from);
  const untilMs = parseInstant(assignment.until);
  if (fromMs === undefined || untilMs === undefined) return 'Start and end must be instants in UTC.';
  if (untilMs <= fromMs) return 'The end must be after the start.';
  if (untilMs - fromMs > assignmentMsMax) return 'An assignment lasts at most 24 hours.';
  const { beds, duty } = assignment;
  if (!hasBeds(duty)) return beds === undefined ? undefined : `The duty ${duty} is for the whole ward: name no beds.`;
  if (beds === undefined || beds.length === 0) return `Name the beds of the ${duty}.`;
  if (beds.length > assignmentBedsMax) return `An assignment has at most ${assignmentBedsMax} beds.`;
  return new Set(beds).size < beds.length ? 'A bed is named twice.' : undefined;
}

type WardChange = Partial<Pick<WardDuties, 'assignments' | 'absences'>>;

/** Returns what an event changes in its ward; undefined if the event has no effect. */
function changeOf(ward: WardDuties, event: AssignmentEvent, changed: LastChange): WardChange | undefined {
  switch (event.type) {
    case 'assigned':
      return added(ward, event, changed);
    case 'accepted':
      return changedAssignment(ward, event.assignmentId, changed, (entry) =>
        entry.accepted || entry.ended || entry.assignment.userId !== event.by.userId
          ? undefined
          : { ...withoutDecline(entry), accepted: { order: ward.version + 1, at: event.at } },
      );
    case 'declined':
      return changedAssignment(ward, event.assignmentId, changed, (entry) =>
        entry.accepted || entry.declined || entry.ended || entry.assignment.userId !== event.by.userId
          ? undefined
          : { ...entry, declined: { reason: event.reason, at: event.at } },
      );
    case 'ended':
      return changedAssignment(ward, event.assignmentId, changed, (entry) => {
        const atMs = parseInstant(event.at);
        if (entry.ended || atMs === undefined) return undefined;
        const { by, successor } = event;
        return { ...entry, ended: { atMs, by, ...(successor === undefined ? {} : { successor }) } };
      });
    case 'away':
      return addedAbsence(ward, event, changed);
    case 'back': {
      const found = ward.absences.find(({ awayId }) => awayId === event.awayId);
      if (!found || found.isOver || found.userId !== event.by.userId) return undefined;
      return {
        absences: ward.absences.map((absence) => (absence === found ? { ...found, isOver: true, changed } : absence)),
      };
    }
    case 'cover-seen':
    case 'cover-rejected':
      return coverAnswered(ward, event, changed);
  }
}

function added(
  ward: WardDuties,
  event: Extract<AssignmentEvent, { type: 'assigned' }>,
  changed: LastChange,
): WardChange | undefined {
  const { assignment, by, at } = event;
  const [atMs, fromMs, untilMs] = [at, assignment.from, assignment.until].map(parseInstant);
  if (atMs === undefined || fromMs === undefined || untilMs === undefined) return undefined;
  const isKnown = ward.assignments.some((entry) => entry.assignment.assignmentId === assignment.assignmentId);
  const isForgotten = untilMs + finishedKeptMs < ward.latestAtMs;
  if (isKnown || isForgotten || assignment.ward !== event.ward || assignmentFault(assignment)) return undefined;
  if (isFull(ward, () => liveAssignments(ward, atMs).length)) return undefined;
  const isAccepted = by.userId === assignment.userId && fromMs - atMs <= acceptEarlyMsMax;
  const accepted = isAccepted ? { accepted: { order: ward.version + 1, at } } : {};
  return { assignments: [...ward.assignments, { assignment, fromMs, untilMs, by, at, ...accepted, changed }] };
}

function addedAbsence(
  ward: WardDuties,
  event: Extract<AssignmentEvent, { type: 'away' }>,
  changed: LastChange,
): WardChange | undefined {
  const { awayId, userId, cover } = event;
  const fromMs = parseInstant(event.from);
  const untilMs = parseInstant(event.until);
  if (fromMs === undefined || untilMs === undefined || untilMs <= fromMs || untilMs - fromMs > awayMsMax)
    return undefined;
  const isForgotten = untilMs + finishedKeptMs < ward.latestAtMs;
  const isFull = ward.absences.length >= storedAssignmentsMax;
  const isKnown = ward.absences.some((absence) => absence.awayId === awayId);
  if (isKnown || isForgotten || isFull || userId !== event.by.userId || cover?.userId === userId) return undefined;
  return { absences: [...ward.absences, { awayId, userId, fromMs, untilMs, ...(cover ? { cover } : {}), changed }] };
}

function coverAnswered(
  ward: WardDuties,
  { type, awayId, by, at }: Extract<AssignmentEvent, { type: 'cover-seen' | 'cover-rejected' }>,
  changed: LastChange,
): WardChange | undefined {
  const found = ward.absences.find((absence) => absence.awayId === awayId);
  if (!found || found.isOver || found.cover?.userId !== by.userId) return undefined;
  const { coverRejectedMs, ...rest } = found;
  const isRejected = type === 'cover-rejected';
  if (found.isCoverSeen && isRejected === (coverRejectedMs !== undefined)) return undefined;
  const answered: Absence = {
    ...{ ...rest, isCoverSeen: true, changed },
    ...(isRejected ? { coverRejectedMs: parseInstant(at) ?? 0 } : {}),
  };
  return { absences: ward.absences.map((absence) => (absence === found ? answered : absence)) };
}

function changedAssignment(
  ward: WardDuties,
  assignmentId: string,
  changed: LastChange,
  change: (entry: DutyAssignment) => DutyAssignment | undefined,
): WardChange | undefined {
  const entry = ward.assignments.find(({ assignment }) => assignment.assignmentId === assignmentId);
  const after = entry && change(entry);
  return after && { assignments: ward.assignments.map((other) => (other === entry ? { ...after, changed } : other)) };
}

function withoutDecline({ declined: _, ...rest }: DutyAssignment): DutyAssignment {
  return rest;
}
