/** Decides the acceptance of an assignment, and which former assignments end with it. */
import { evolve } from '../../../contracts/duties.ts';
import {
  acceptEarlyMsMax,
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  liveAssignments,
  remainingBeds,
  type WardDuties,
} from '../../../contracts/duty-state.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { hasMadeTooMany } from './assign-duty.ts';
import {
  awayRefusal,
  type BoardContext,
  type BoardDecision,
  denied,
  entryOf,
  eventFields,
  overRefusal,
  refusalOf,
} from './board-context.ts';

/** An assignment ends at once if successors accept at most this long before its planned end (ours). */
const handOverMsMax = 3_600_000;

/**
 * Decides the acceptance of a whole assignment or of some of its beds. If the person accepts only some beds, a new
 * assignment with these beds is made. The other beds wait in the first assignment, and stay with the former person
 * until they are accepted.
 */
export function decideAccept(
  { assignmentId, beds }: { readonly assignmentId: string; readonly beds?: readonly string[] | undefined },
  state: DutyState,
  context: BoardContext,
): BoardDecision {
  const { ward, viewer, nowMs } = context;
  const entry = entryOf(state, ward, assignmentId);
  if (!entry || entry.assignment.userId !== viewer.userId)
    return denied('Only the assigned person accepts, with her or his own login.');
  const over = overRefusal(state, entry, context);
  if (over) return over;
  if (entry.accepted) return refusalOf('conflict', 'You have already accepted this.');
  if (entry.fromMs - nowMs > acceptEarlyMsMax)
    return refusalOf('conflict', 'This can be accepted from 1 hour before it begins.');
  const away = awayRefusal(state, context);
  if (away) return away;
  const remaining = remainingBeds(dutiesOf(state, ward), entry, nowMs);
  const chosen = bedsToAccept(beds, dutiesOf(state, ward), entry, nowMs);
  if (beds?.some((bed) => !remaining?.includes(bed)))
    return refusalOf('conflict', 'You have already accepted one of these beds, or it is not in the assignment.');
  const end = (endedId: string, successor: string): AssignmentEvent => ({
    type: 'ended',
    ...eventFields(context),
    assignmentId: endedId,
    successor,
  });
  const isWhole = chosen?.length === entry.assignment.beds?.length;
  const successorId = isWhole ? assignmentId : context.newId();
  const taken: AssignmentEvent = isWhole
    ? { type: 'accepted', ...eventFields(context), assignmentId }
    : {
        type: 'assigned',
        ...eventFields(context),
        assignment: { ...entry.assignment, assignmentId: successorId, name: viewer.name, beds: [...(chosen ?? [])] },
      };
  const rest = !isWhole && chosen?.length === remaining?.length ? [end(assignmentId, successorId)] : [];
  // An acceptance of all remaining beds is never refused here: it also ends the first assignment, so the person does
  // not get more assignments.
  if (!isWhole && rest.length === 0 && hasMadeTooMany(state, context))
    return refusalOf(
      'conflict',
      'Not accepted: you have made too many assignments of this ward. Accept all these beds at once.',
    );
  const after = [taken, ...rest].reduce(evolve, state);
  const successor = entryOf(after, ward, successorId);
  // The board is full, so the event has no effect. `decide` notices this and refuses.
  if (!successor) return { ok: true, events: [taken] };
  const ended = handedOver(after, successor, context).map((former) => end(former.assignment.assignmentId, successorId));
  return { ok: true, events: [taken, ...rest, ...ended] };
}

/** Returns the beds of an acceptance: the named beds, or all remaining beds; undefined for a duty of the whole ward. */
export function bedsToAccept(
  named: readonly string[] | undefined,
  duties: WardDuties,
  entry: DutyAssignment,
  nowMs: number,
): readonly string[] | undefined {
  // Removes repeats: one bed that is named twice must not count as two beds.
  return named ? [...new Set(named)] : remainingBeds(duties, entry, nowMs);
}

/**
 * Returns the assignments of other people that end now. An assignment ends early if its planned end is near and
 * successors have accepted all its beds until a later time.
 */
function handedOver(state: DutyState, successor: DutyAssignment, { ward, nowMs }: BoardContext): DutyAssignment[] {
  if (successor.fromMs > nowMs) return [];
  const takers = liveAssignments(dutiesOf(state, ward), nowMs).filter(
    (entry) => entry.accepted && !entry.ended && entry.fromMs <= nowMs,
  );
  return takers.filter((former) => {
    const { userId, duty, beds = [undefined] } = former.assignment;
    if (userId === successor.assignment.userId || duty !== successor.assignment.duty) return false;
    if (former.untilMs - nowMs > handOverMsMax) return false;
    return beds.every((bed) =>
      takers.some(
        ({ assignment, untilMs }) =>
          assignment.duty === duty &&
          assignment.userId !== userId &&
          untilMs > Math.max(former.untilMs, nowMs) &&
          (assignment.beds === undefined || (bed !== undefined && assignment.beds.includes(bed))),
      ),
    );
  });
}
