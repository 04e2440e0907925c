/** Decides the acceptance of an assignment, and which former assignments end with it. */
import { evolve } from '../../../contracts/duties.ts';
import {
  acceptEarlyMsMax,
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  liveAssignments,
} from '../../../contracts/duty-state.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
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

/** A successor who accepts within this time before the end ends the former assignment, so that the former person may go (ours). */
const handOverMsMax = 3_600_000;

export function decideAccept(assignmentId: string, state: DutyState, context: BoardContext): BoardDecision {
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
  const accepted: AssignmentEvent = { type: 'accepted', ...eventFields(context), assignmentId };
  const after = evolve(state, accepted);
  const ended = handedOver(after, entry, context).map(
    (former): AssignmentEvent => ({
      type: 'ended',
      ...eventFields(context),
      assignmentId: former.assignment.assignmentId,
      successor: assignmentId,
    }),
  );
  return { ok: true, events: [accepted, ...ended] };
}

/** Returns the assignments of other people that end now, because others have accepted all their beds for longer. */
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
