/**
 * Computes what happens if a person goes away or if an assignment ends: who is responsible afterwards, and who is called for the alarms that
 * have called this person. Changes nothing. The person sees the result before she or he decides.
 */
import { callOrder, firstUncalled, type PossibleCall } from '../../../contracts/call-order.ts';
import { chainFor } from '../../../contracts/delivery-policy.ts';
import { absenceAt, evolve, isCovering, type Responsible, responsibleAt } from '../../../contracts/duties.ts';
import { type DutyAssignment, type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { LeaveOutcome } from '../../protocol/assignments.ts';
import { decide } from './assignments.ts';
import {
  type AssignmentCommand,
  accountFault,
  type BoardContext,
  type BoardRefusal,
  entryOf,
  refusalOf,
} from './board-context.ts';
import type { AlarmDelivery, DeliveryBoard } from './delivery-board.ts';
import type { DutyBoard } from './duty-board.ts';
import type { AccountOf } from './duty-notices.ts';
import { seesWard } from './rights.ts';
import { seesAlarm } from './screen.ts';
import { audienceOf, type LiveState } from './state.ts';

export type LeaveCommand = Extract<AssignmentCommand, { type: 'away' | 'end' }>;

/** What the server knows besides the board. */
export type LeaveSources = {
  readonly deliveries: Pick<DeliveryBoard, 'deliveries'>;
  readonly state: LiveState;
  readonly policy: DeliveryPolicy;
  readonly accountOf: AccountOf;
};

/** A person who leaves, with the assignments that she or he leaves. Assignments of others that the person covers are not among them. */
type Leaving = { readonly userId: string; readonly name: string; readonly entries: readonly DutyAssignment[] };

/** Returns what the command would change, or why it would be refused. */
export function leaveOutcome(
  command: LeaveCommand,
  board: DutyBoard,
  context: BoardContext,
  sources: LeaveSources,
): LeaveOutcome | BoardRefusal {
  const before = board.duties;
  const decision = decide(command, board, dutiesOf(before, context.ward).version, context);
  if (!decision.ok) return decision;
  const leaving = leavingOf(command, before, context);
  if (!leaving) return refusalOf('not-found', 'There is no such assignment on this board.');
  const after = decision.events.reduce(evolve, before);
  return {
    person: visibleText(leaving.name),
    places: placesOf(leaving, before, after, context, sources.accountOf),
    calls: callsOf(leaving, after, context, sources),
  };
}

function leavingOf(
  command: LeaveCommand,
  state: DutyState,
  { ward, viewer, nowMs }: BoardContext,
): Leaving | undefined {
  if (command.type === 'end') {
    const entry = entryOf(state, ward, command.assignmentId);
    return entry && { ...entry.assignment, entries: [entry] };
  }
  const entries = liveAssignments(dutiesOf(state, ward), nowMs).filter(
    ({ assignment, accepted, fromMs }) => assignment.userId === viewer.userId && accepted && fromMs <= nowMs,
  );
  return { userId: viewer.userId, name: viewer.name, entries };
}

/**
 * Returns the places whose responsible people change, each with the person who is responsible afterwards. These are the person's own places, and
 * the places that the person covers for somebody who is away. Nobody covers those afterwards, not even the cover of the person who leaves: a
 * cover takes only the duties of the person who chose this cover.
 */
function placesOf(
  { userId, entries }: Leaving,
  before: DutyState,
  after: DutyState,
  { ward, nowMs }: BoardContext,
  accountOf: AccountOf,
): LeaveOutcome['places'] {
  const places = new Map<string, LeaveOutcome['places'][number]>();
  for (const entry of [...entries, ...coveredEntries(before, ward, userId, nowMs)]) {
    const { duty, beds, userId: ofUser, name } = entry.assignment;
    // An assignment that has not begun is judged at its start.
    const atMs = Math.max(nowMs, entry.fromMs);
    for (const bed of beds ?? [undefined]) {
      const key = `${duty} ${bed ?? ''}`;
      const place = { ward, duty, ...(bed === undefined ? {} : { bed }) };
      const then = responsibleAt(after, place, atMs);
      if (places.has(key) || standingsOf(then) === standingsOf(responsibleAt(before, place, atMs))) continue;
      const next = then.find(
        (person) => isCovering(person) && accountFault(accountOf(person.userId), ward, duty) === undefined,
      );
      places.set(key, {
        duty,
        ...(bed === undefined ? {} : { bed: visibleText(bed) }),
        ...(ofUser === userId ? {} : { coveredFor: visibleText(name) }),
        ...(next ? { next: visibleText(next.name) } : {}),
      });
    }
  }
  return [...places.values()];
}

/** Returns the assignments of people who are away now and have chosen this person as cover. */
function coveredEntries(state: DutyState, ward: string, userId: string, nowMs: number): DutyAssignment[] {
  const duties = dutiesOf(state, ward);
  return liveAssignments(duties, nowMs).filter(
    ({ assignment, accepted, fromMs }) =>
      accepted && fromMs <= nowMs && absenceAt(duties, assignment.userId, nowMs)?.cover?.userId === userId,
  );
}

/** Returns who has accepted a place, and who of them is away, as a text to compare. */
function standingsOf(people: readonly Responsible[]): string {
  return people
    .flatMap(({ userId, standing }) => (standing === 'not-accepted' ? [] : [`${userId} ${standing}`]))
    .join();
}

/** Returns the alarms of the ward whose call the person loses. The delivery process then does the same (processors/delivery/core/). */
function callsOf(
  { userId }: Leaving,
  after: DutyState,
  { ward, viewer, nowMs }: BoardContext,
  { deliveries, state, policy }: LeaveSources,
): LeaveOutcome['calls'] {
  return [...deliveries.deliveries.values()].flatMap((delivery) => {
    const { view } = delivery;
    const isAccepted = view.phase === 'accepted' && view.acceptedBy.some((person) => person.userId === userId);
    // A repeated call waits for the person, too: nobody else has answered.
    const isCalled =
      (view.phase === 'calling' || view.phase === 'repeating') &&
      view.calls.some((call) => call.userId === userId && call.outcome === 'waiting');
    const alarmState = state.alarms.get(view.alarmId);
    const bed = alarmState && state.beds.get(alarmState.alarm.associationId);
    if ((!isAccepted && !isCalled) || !alarmState || bed?.period?.ward !== ward) return [];
    if (!seesWard(viewer, audienceOf(bed)) || !seesAlarm(viewer, alarmState)) return [];
    const order = orderOf(delivery, after, { ward, bed: bed.period.bed }, policy, nowMs);
    if (order.some(({ person }) => person.userId === userId)) return [];
    const others = view.acceptedBy.filter((person) => order.some((call) => call.person.userId === person.userId));
    const next = nextOf(view, order);
    return [
      {
        bed: visibleText(bed.period.bed),
        text: alarmState.alarm.text,
        isAccepted,
        others: others.map(({ name }) => name),
        ...(next && others.length === 0 ? { next: visibleText(next.name) } : {}),
      },
    ];
  });
}

/** Returns who is called after the person: the first who has not been called, or who is called again because the chain is at its end. */
function nextOf({ phase, calls }: DeliveryView, order: readonly PossibleCall[]): { readonly name: string } | undefined {
  const first = firstUncalled(order, calls);
  if (first || phase !== 'repeating') return first?.person;
  const rejecting = new Set(calls.flatMap((call) => (call.outcome === 'rejected' ? [call.userId] : [])));
  const present = new Set(order.map(({ person }) => person.userId));
  return calls.findLast(
    ({ userId, outcome }) =>
      (outcome === 'unanswered' || outcome === 'unconfirmed') && present.has(userId) && !rejecting.has(userId),
  );
}

function orderOf(
  { view, chain }: AlarmDelivery,
  duties: DutyState,
  place: { readonly ward: string; readonly bed: string },
  policy: DeliveryPolicy,
  nowMs: number,
) {
  const { kind, priority } = view;
  const chosen = chain ? { chain } : chainFor(policy, { ward: place.ward, kind, priority }, nowMs);
  return 'notSent' in chosen ? [] : callOrder(chosen.chain, (duty) => responsibleAt(duties, { ...place, duty }, nowMs));
}
