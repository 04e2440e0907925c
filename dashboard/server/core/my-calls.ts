/** Returns the open calls of a person, as the pages of this person show them. */
import { callOrder, firstUncalled } from '../../../contracts/call-order.ts';
import { canAnswer, chainFor } from '../../../contracts/delivery-policy.ts';
import { responsibleAt } from '../../../contracts/duties.ts';
import type { DutyState } from '../../../contracts/duty-state.ts';
import type { CallView, DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { MyCall } from '../../protocol/delivery.ts';
import type { AlarmDelivery, DeliveryBoard } from './delivery-board.ts';
import { seesWard, type Viewer } from './rights.ts';
import { bedView, seesAlarm } from './screen.ts';
import { audienceOf, type BedState, type LiveState, type ShownAlarm } from './state.ts';

/** Maximum number of calls in one message; less urgent calls are left out. */
export const callsMax = 100;

/** Maximum number of other persons that a call names, as in the protocol. */
const othersMax = 8;

export type CallsContext = {
  readonly board: Pick<DeliveryBoard, 'deliveries'>;
  readonly state: LiveState;
  readonly duties: DutyState;
  readonly policy: DeliveryPolicy;
  readonly nowMs: number;
};

type OpenCall = {
  readonly delivery: AlarmDelivery;
  readonly call: CallView;
  readonly alarmState: ShownAlarm;
  readonly bed: BedState;
};

/**
 * Returns the open calls of a person that the person may see, the most urgent first. A call is open as long as its
 * alarm calls. The call stays open after the wait for the answer, because a late answer still counts.
 */
export function callsOf(context: CallsContext, viewer: Viewer): MyCall[] {
  const open = [...context.board.deliveries.values()].flatMap(
    (delivery) => openCallOf(context.state, viewer, delivery) ?? [],
  );
  return open
    .sort(byUrgency)
    .slice(0, callsMax)
    .map((entry) => myCall(context, viewer, entry));
}

/**
 * Returns the newest call of a person in the present round, if the alarm still calls and the person can answer on a
 * page.
 */
function openCallOf(state: LiveState, viewer: Viewer, delivery: AlarmDelivery): OpenCall | undefined {
  const { phase, alarmId } = delivery.view;
  if (phase !== 'calling' && phase !== 'repeating' && phase !== 'accepted') return undefined;
  const call = delivery.view.calls.findLast(({ userId }) => userId === viewer.userId);
  if (!call || call.outcome === 'gone' || call.outcome === 'informed' || !call.channels.some(canAnswer))
    return undefined;
  const alarmState = state.alarms.get(alarmId);
  const bed = alarmState && state.beds.get(alarmState.alarm.associationId);
  if (!bed || !seesWard(viewer, audienceOf(bed)) || !seesAlarm(viewer, alarmState)) return undefined;
  return { delivery, call, alarmState, bed };
}

/** Orders two calls: higher priority first, then calls that wait for an answer, then older calls. */
function byUrgency(a: OpenCall, b: OpenCall): number {
  const waits = ({ call }: OpenCall) => Number(call.outcome === 'waiting');
  const rank = ({ delivery }: OpenCall) => priorityRank[delivery.view.priority];
  return rank(b) - rank(a) || waits(b) - waits(a) || a.call.calledAtMs - b.call.calledAtMs;
}

function myCall(context: CallsContext, viewer: Viewer, { delivery, call, alarmState, bed }: OpenCall): MyCall {
  const { view } = delivery;
  const answerByMs = call.outcome === 'waiting' && view.phase !== 'accepted' ? view.dueAtMs : null;
  const hasAccepted = view.acceptedBy.some(({ userId }) => userId === viewer.userId);
  const answered = hasAccepted ? 'accepted' : call.outcome === 'rejected' ? 'rejected' : undefined;
  const next = nextPerson(context, delivery, bed, viewer.userId);
  return {
    callId: call.callId,
    round: view.round,
    calledAt: formatInstant(call.calledAtMs),
    ...(answerByMs !== null && { answerBy: formatInstant(answerByMs) }),
    ...(answered && { answered }),
    acceptedBy: view.acceptedBy.filter(({ userId }) => userId !== viewer.userId).map(({ name }) => name),
    ...(next !== undefined && { next }),
    ...progressOf(view, call, viewer.userId),
    ward: audienceOf(bed),
    alarm: alarmState.alarm,
    bed: bedView(context.state, viewer, bed),
  };
}

/**
 * Returns what else has happened in the round: why the wait ended, who else was called, and whether the ward has an
 * alarm about this delivery.
 */
function progressOf({ phase, notice, dueAtMs, calls }: DeliveryView, { outcome, repeat }: CallView, ownUserId: string) {
  const missed = outcome === 'unanswered' || outcome === 'unconfirmed' || outcome === 'undelivered';
  const newest = new Map(calls.map((call) => [call.userId, call]));
  const others = [...newest.values()].filter(({ userId }) => userId !== ownUserId).slice(-othersMax);
  return {
    ...(missed && { missed: outcome }),
    ...(repeat > 0 && { isAgain: true as const }),
    ...(notice !== null && { isWardTold: true as const }),
    ...(phase === 'accepted' && dueAtMs !== null && { againAt: formatInstant(dueAtMs) }),
    ...(others.length > 0 && { others: others.map(({ name, outcome: became }) => ({ name, outcome: became })) }),
  };
}

/**
 * Returns the name of the person who is called next if nobody answers; undefined if nobody is left. The delivery
 * process calls in the same order (contracts/call-order.ts), but the delivery process also leaves out persons that it
 * cannot reach.
 */
function nextPerson(
  { duties, policy, nowMs }: CallsContext,
  { view, chain }: AlarmDelivery,
  { period }: BedState,
  ownUserId: string,
): string | undefined {
  if (!period || view.phase !== 'calling') return undefined;
  const { ward, bed } = period;
  const { kind, priority } = view;
  const chosen = chain ? { chain } : chainFor(policy, { ward, kind, priority }, nowMs);
  if ('notSent' in chosen) return undefined;
  const order = callOrder(chosen.chain, (duty) => responsibleAt(duties, { ward, bed, duty }, nowMs));
  const others = order.filter(({ person }) => person.userId !== ownUserId);
  const next = firstUncalled(others, view.calls);
  return next && visibleText(next.person.name);
}

/** Returns the delivery of an alarm, if the alarm has called this person in this round or before. */
export function deliveryToAnswer(
  board: Pick<DeliveryBoard, 'deliveries'>,
  alarmId: string,
  userId: string,
): DeliveryView | undefined {
  const delivery = board.deliveries.get(alarmId);
  return delivery?.calledUserIds.has(userId) ? delivery.view : undefined;
}

/** Returns whether a call with this id is a call of this person about this alarm. */
export function isCallOf(
  board: Pick<DeliveryBoard, 'deliveries'>,
  { alarmId, callId }: { readonly alarmId: string; readonly callId: string },
  userId: string,
): boolean {
  const calls = board.deliveries.get(alarmId)?.view.calls ?? [];
  return calls.some((call) => call.callId === callId && call.userId === userId);
}
