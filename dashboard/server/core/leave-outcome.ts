/**
 * Computes what happens if a person goes away or if an assignment ends: who is responsible after the change, and who is
 * called for this person's alarms. Changes nothing. The person sees the result before she or he decides.
 */
import { alarmText } from '../../../contracts/alarm-text.ts';
import { callOrder, firstUncalled, type PossibleCall } from '../../../contracts/call-order.ts';
import { chainFor } from '../../../contracts/delivery-policy.ts';
import {
  absenceAt,
  type DutyPlace,
  evolve,
  isCovering,
  type Responsible,
  responsibleAt,
} from '../../../contracts/duties.ts';
import { type DutyAssignment, type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import type { CallOutcome, DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
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
import { nobodyFromMs } from './cover-end.ts';
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

/**
 * A person who leaves, with the assignments that she or he leaves. Assignments of others that the person covers are not
 * included.
 */
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
    places: placesOf(command, leaving, before, after, context, sources.accountOf),
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
 * Returns the places whose responsible people change, each with the new responsible person. These are the own places of
 * the person who leaves, and the places that this person covers for others. The cover of the person takes over only the
 * person's own places, so the covered places lose their cover.
 */
function placesOf(
  command: LeaveCommand,
  { userId, entries }: Leaving,
  before: DutyState,
  after: DutyState,
  { ward, nowMs }: BoardContext,
  accountOf: AccountOf,
): LeaveOutcome['places'] {
  const places = new Map<string, LeaveOutcome['places'][number]>();
  for (const entry of [...entries, ...coveredEntries(before, ward, userId, nowMs)]) {
    const { duty, beds, userId: ofUser, name } = entry.assignment;
    // For a future assignment, compares the responsible persons at its start.
    const atMs = Math.max(nowMs, entry.fromMs);
    for (const bed of beds ?? [undefined]) {
      const key = `${duty} ${bed ?? ''}`;
      const place = { ward, duty, ...(bed === undefined ? {} : { bed }) };
      const then = responsibleAt(after, place, atMs);
      if (places.has(key) || standingsOf(then) === standingsOf(responsibleAt(before, place, atMs))) continue;
      const mayAct = (person: Responsible) => accountFault(accountOf(person.userId), ward, duty) === undefined;
      const next = then.find((person) => isCovering(person) && mayAct(person));
      places.set(key, {
        duty,
        ...(bed === undefined ? {} : { bed: visibleText(bed) }),
        ...(ofUser === userId ? {} : { coveredFor: visibleText(name) }),
        ...(next ? { next: visibleText(next.name) } : {}),
        ...nobodyFromField(command, next, after, place, mayAct, nowMs),
      });
    }
  }
  return [...places.values()];
}

/**
 * The chosen cover takes over a place: returns the time from which nobody is responsible for the place. Empty if
 * somebody is responsible until the person is back.
 */
function nobodyFromField(
  command: LeaveCommand,
  next: Responsible | undefined,
  after: DutyState,
  place: DutyPlace,
  mayAct: (person: Responsible) => boolean,
  nowMs: number,
): { readonly nobodyFrom?: string } {
  if (command.type !== 'away' || next === undefined || next.userId !== command.cover) return {};
  const untilMs = parseInstant(command.until) ?? nowMs;
  const fromMs = nobodyFromMs(after, place, next.userId, mayAct, untilMs, nowMs);
  return fromMs === undefined ? {} : { nobodyFrom: formatInstant(fromMs) };
}

/** Returns the assignments of people who are away now and have chosen this person as cover. */
function coveredEntries(state: DutyState, ward: string, userId: string, nowMs: number): DutyAssignment[] {
  const duties = dutiesOf(state, ward);
  return liveAssignments(duties, nowMs).filter(
    ({ assignment, accepted, fromMs }) =>
      accepted && fromMs <= nowMs && absenceAt(duties, assignment.userId, nowMs)?.cover?.userId === userId,
  );
}

/** Returns a text for comparisons: who has accepted a place, and who of these persons is away. */
function standingsOf(people: readonly Responsible[]): string {
  return people
    .flatMap(({ userId, standing }) => (standing === 'not-accepted' ? [] : [`${userId} ${standing}`]))
    .join();
}

/**
 * Returns the alarms that the person has accepted or is called for now, but will not be called for after the change.
 * Each alarm has the person who is called instead. The delivery process uses the same rules.
 */
function callsOf(
  { userId }: Leaving,
  after: DutyState,
  { ward, viewer, nowMs }: BoardContext,
  { deliveries, state, policy }: LeaveSources,
): LeaveOutcome['calls'] {
  return [...deliveries.deliveries.values()].flatMap((delivery) => {
    const { view } = delivery;
    const isAccepted = view.phase === 'accepted' && view.acceptedBy.some((person) => person.userId === userId);
    // Counts a repeated call, too: a repeated call waits for the answer of this person, because nobody has answered.
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
    return [
      {
        bed: visibleText(bed.period.bed),
        text: alarmText(alarmState.alarm),
        isAccepted,
        others: others.map(({ name }) => name),
        ...(others.length === 0 ? nextCallOf(view, order) : {}),
      },
    ];
  });
}

/**
 * Who is called after the leaving person. `next`: now for the first time. `again`: now, and not for the first time.
 * `nextRound`: only in the next round.
 */
type NextCall = Pick<LeaveOutcome['calls'][number], 'next' | 'again' | 'nextRound'>;

/**
 * Returns who is called after the leaving person, by the rules of the delivery process
 * (processors/delivery/core/calling.ts). The server does not know which channels are down.
 * 1. The first person in the order who has not been called.
 * 2. If all have been called, the newest unanswered call is repeated. A call that a channel confirmed is repeated
 *    before an unconfirmed call.
 * 3. If all others have rejected the alarm, the next round starts after a wait, and calls the first person in the
 *    order. The same holds if somebody has rejected the alarm, the round already repeats calls, and no call of the
 *    others was confirmed.
 */
function nextCallOf({ phase, calls }: DeliveryView, order: readonly PossibleCall[]): NextCall {
  const first = firstUncalled(order, calls);
  if (first) return { next: visibleText(first.person.name) };
  const [ofNextRound] = order.filter(({ waitMs }) => waitMs > 0);
  if (!ofNextRound) return {};
  const present = new Set(order.map(({ person }) => person.userId));
  const rejecting = new Set(
    calls.flatMap(({ userId, outcome }) => (outcome === 'rejected' && present.has(userId) ? [userId] : [])),
  );
  const newest = [...new Map(calls.map((call) => [call.userId, call])).values()].filter(
    ({ userId }) => present.has(userId) && !rejecting.has(userId),
  );
  const lastWith = (wanted: CallOutcome) =>
    newest
      .filter(({ outcome }) => outcome === wanted)
      .sort((a, b) => a.calledAtMs - b.calledAtMs)
      .at(-1);
  const again = lastWith('unanswered') ?? lastWith('unconfirmed');
  const nextRound = rejecting.size > 0 ? { nextRound: visibleText(ofNextRound.person.name) } : {};
  const startsRound = rejecting.size > 0 && phase === 'repeating' && again?.outcome === 'unconfirmed';
  return again === undefined || startsRound ? nextRound : { again: visibleText(again.name) };
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
