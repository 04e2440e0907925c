/**
 * Decides changes of the assignment board. The charge nurse of the ward assigns people and ends assignments. All
 * persons may take a duty of their role, accept or decline an assignment, and report that they are away or back. While
 * nobody is charge nurse, a nurse may take this duty.
 */
import { absenceAt, coverFault, dutiesNow, evolve } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import { type AssignmentEvent, awayMsMax } from '../../../contracts/messages/assignments.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { decideAccept } from './accept-duty.ts';
import { decideAssign, decideRows } from './assign-duty.ts';
import {
  type AssignmentCommand,
  allowed,
  type BoardContext,
  type BoardDecision,
  type BoardRefusal,
  denied,
  entryOf,
  eventFields,
  isChargeNurse,
  mayHaveDuty,
  overRefusal,
  refusalOf,
} from './board-context.ts';
import { decideCover } from './cover-answer.ts';
import { type Concern, changesSince, type DutyBoard } from './duty-board.ts';
import { may, notOnYourWards, seesWard, type Viewer } from './rights.ts';

/**
 * Maximum number of stored absences of one person, so that one account cannot fill the board (ours). Absences are
 * stored for 48 h.
 */
const ownAbsencesMax = 100;

/**
 * Decides a change of a ward's board.
 * @param version the version of the board that the person saw
 */
export function decide(
  command: AssignmentCommand,
  board: DutyBoard,
  version: number,
  context: BoardContext,
): BoardDecision {
  const { ward, viewer, registry } = context;
  if (!may(viewer, 'take-duty') || !seesWard(viewer, ward) || !registry.wards.some((entry) => entry.ward === ward))
    return { ...refusalOf('not-found', notOnYourWards), isDenied: true };
  return (
    conflictOf(command, board, version, context) ?? withEffect(decideAct(command, board.duties, context), board.duties)
  );
}

/**
 * Refuses events that would have no effect, for example because the board is full. Without this refusal, the answer
 * would say that the events were saved.
 */
function withEffect(decision: BoardDecision, state: DutyState): BoardDecision {
  if (!decision.ok) return decision;
  let before = state;
  for (const event of decision.events) {
    const after = evolve(before, event);
    if (after === before) return refusalOf('conflict', 'Nothing was saved: the board is full.');
    before = after;
  }
  return decision;
}

function decideAct(command: AssignmentCommand, state: DutyState, context: BoardContext): BoardDecision {
  switch (command.type) {
    case 'assign':
      return decideAssign(command, state, context);
    case 'csv':
      return decideRows(command, state, context);
    case 'accept':
      return decideAccept(command, state, context);
    case 'decline':
      return decideDecline(command, state, context);
    case 'end':
      return decideEnd(command.assignmentId, state, context);
    case 'cover':
      return decideCover(command, state, context);
    case 'away':
      return decideAway(command, state, context);
    case 'back': {
      const absence = absenceAt(dutiesOf(state, context.ward), context.viewer.userId, context.nowMs);
      if (!absence) return refusalOf('conflict', 'You are not away.');
      return allowed({ type: 'back', ...eventFields(context), awayId: absence.awayId });
    }
  }
}

/** Returns a refusal if somebody has changed the beds or the person of the command since `version`. */
function conflictOf(
  command: AssignmentCommand,
  board: DutyBoard,
  version: number,
  { ward, viewer }: BoardContext,
): BoardRefusal | undefined {
  const current = dutiesOf(board.duties, ward).version;
  const changes = changesSince(board, ward, version, concernsOf(command, viewer));
  if (changes?.length === 0) return undefined;
  const names = [...new Set(changes?.map(({ by }) => by.name))].join(', ');
  const message = `Not saved: meanwhile ${names === '' ? 'somebody' : names} changed this board. Look at what changed and decide.`;
  return { ...refusalOf('conflict', message), version: current, changes: [...(changes ?? [])] };
}

/** Returns what a command concerns. An acceptance, a refusal or an end concerns only one assignment. */
function concernsOf(command: AssignmentCommand, { userId }: Viewer): Concern[] {
  switch (command.type) {
    case 'assign':
      return [command];
    case 'csv':
      return [...command.rows];
    case 'away':
    case 'back':
      return [{ userId }];
    case 'cover':
      return [];
    case 'accept':
    case 'decline':
    case 'end':
      return [{ assignmentId: command.assignmentId }];
  }
}

function decideDecline(
  { assignmentId, reason }: { assignmentId: string; reason: string },
  state: DutyState,
  context: BoardContext,
): BoardDecision {
  const entry = entryOf(state, context.ward, assignmentId);
  if (!entry || entry.assignment.userId !== context.viewer.userId)
    return denied('Only the assigned person declines, with her or his own login.');
  const over = overRefusal(state, entry, context);
  if (over) return over;
  if (entry.accepted)
    return refusalOf(
      'conflict',
      'You have accepted this. It stays with you until another person accepts, or the charge nurse ends it.',
    );
  if (entry.declined) return refusalOf('conflict', 'You have already declined this.');
  return allowed({ type: 'declined', ...eventFields(context), assignmentId, reason });
}

function decideEnd(assignmentId: string, state: DutyState, context: BoardContext): BoardDecision {
  const { ward } = context;
  if (!isChargeNurse(state, context))
    return denied('Only the charge nurse ends an assignment. If nobody is charge nurse, a nurse may take this duty.');
  const entry = entryOf(state, ward, assignmentId);
  if (!entry) return refusalOf('not-found', 'There is no such assignment on this board.');
  return overRefusal(state, entry, context) ?? allowed({ type: 'ended', ...eventFields(context), assignmentId });
}

function decideAway(
  { until, cover }: { until: string; cover?: string | undefined },
  state: DutyState,
  context: BoardContext,
): BoardDecision {
  const { ward, viewer, nowMs, newId } = context;
  const untilMs = parseInstant(until) ?? 0;
  if (untilMs <= nowMs || untilMs - nowMs > awayMsMax)
    return refusalOf('payload-schema', 'You can be away until a time within the next 4 hours.');
  const duties = dutiesOf(state, ward);
  const own = dutiesNow(duties, viewer.userId, nowMs);
  if (own.length === 0) return refusalOf('conflict', 'You have no duty in this ward now.');
  const person = cover === undefined ? undefined : context.members.find(({ userId }) => userId === cover);
  if (cover !== undefined && (!person || cover === viewer.userId || dutiesNow(duties, cover, nowMs).length === 0))
    return refusalOf('payload-schema', 'Choose a cover who has accepted a duty in this ward for now.');
  if (cover !== undefined && absenceAt(duties, cover, nowMs))
    return refusalOf('conflict', `${person?.name} is away too.`);
  for (const duty of person ? own : []) {
    if (person && !mayHaveDuty(person.role, duty))
      return refusalOf('payload-schema', `${person.name} is a ${person.role} and cannot cover a ${duty}.`);
    const fault = person && coverFault(duties, person.userId, duty, nowMs);
    if (fault !== undefined) return refusalOf('payload-schema', `${person?.name} ${fault}.`);
  }
  if (duties.absences.filter(({ userId }) => userId === viewer.userId).length >= ownAbsencesMax)
    return refusalOf(
      'conflict',
      'You were away too often in the last 48 hours. Ask the charge nurse to end your duty.',
    );
  const former = absenceAt(duties, viewer.userId, nowMs);
  const away: AssignmentEvent = {
    type: 'away',
    ...eventFields(context),
    awayId: newId(),
    userId: viewer.userId,
    from: formatInstant(nowMs),
    until,
    ...(person ? { cover: { userId: person.userId, name: person.name } } : {}),
  };
  return former
    ? { ok: true, events: [{ type: 'back', ...eventFields(context), awayId: former.awayId }, away] }
    : allowed(away);
}
