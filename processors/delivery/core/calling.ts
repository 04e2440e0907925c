/** Calls the persons of a chain one after the other, and then the last person again. Pure. */
import { chainFor } from '../../../contracts/delivery-policy.ts';
import type { RoundCause } from '../../../contracts/messages/deliveries.ts';
import { type Desk, personsAt, takesPart, waitingCall } from './desk.ts';
import { couldAskAgain, nextCall, repeatedCall } from './next-call.ts';
import type { Call } from './state.ts';
import { isDue, isSetBack, isTooOld } from './waits.ts';

/** Starts a round with the policy that is in force now. */
export function startRound(desk: Desk, cause: RoundCause): void {
  const { context, nowMs } = desk;
  const alarm = desk.state()!;
  if (cause === 'new' && !takesPart(desk)) return;
  const { ward } = context.placeOf(alarm.associationId);
  const chosen = chainFor(context.policy, { ward, kind: alarm.kind, priority: alarm.priority }, nowMs);
  if ('notSent' in chosen && cause === 'new') {
    desk.emit({ type: 'not-sent', reason: chosen.notSent });
    return;
  }
  // If the policy now sends nothing, an alarm that calls already keeps its chain.
  const chain = 'notSent' in chosen ? alarm.round!.chain : chosen.chain;
  const firstAfterMs = cause === 'new' ? (chain.firstAfterMs ?? 0) : 0;
  desk.emit({
    type: 'round-started',
    round: (alarm.round?.round ?? 0) + 1,
    cause,
    priority: alarm.priority,
    policyVersion: context.policy.version,
    chain,
    dueAtMs: firstAfterMs === 0 ? null : nowMs + firstAfterMs,
  });
  if (firstAfterMs === 0) callNext(desk);
}

/**
 * Calls the next person. At the end of the chain, the ward has a technical alarm, and the last person is called again.
 */
export function callNext(desk: Desk): void {
  const { nowMs, context } = desk;
  for (;;) {
    if (expires(desk)) return;
    const next = nextCall(desk.state()!.round!, personsAt(desk), context.isDown);
    if (!next) break;
    const { step, duty, channels, waitMs, person } = next;
    const { userId, name } = person;
    emitCall(desk, { step, duty, userId, name, channels, waitMs, repeat: 0 });
    if (waitMs > 0) return;
  }
  const { chain, calls } = desk.state()!.round!;
  const wasAnybodyCalled = calls.some(({ outcome }) => outcome !== 'informed');
  const notice = wasAnybodyCalled ? 'nobody-answers' : 'nobody-to-call';
  desk.emit({ type: 'chain-ended', notice, dueAtMs: nowMs + chain.repeatMs });
  repeat(desk);
}

/**
 * At the end of a chain: calls a person who has come on duty, or who can be reached again. Without such a person, calls
 * the last person again.
 */
export function callOrRepeat(desk: Desk): void {
  if (nextCall(desk.state()!.round!, personsAt(desk), desk.context.isDown)) callNext(desk);
  else repeat(desk);
}

/**
 * Calls the last person of the chain again. If nobody can be called again, waits. Persons who rejected the alarm are
 * not called again in this round. So after the wait, a new round starts if the other persons cannot be called, or if no
 * call of them was confirmed. The new round may call the persons who rejected, because one who was busy may be free
 * now.
 */
function repeat(desk: Desk): void {
  const { nowMs, context } = desk;
  if (expires(desk)) return;
  const round = desk.state()!.round!;
  const { repeatMs } = round.chain;
  const again = repeatedCall(round, personsAt(desk), context.isDown);
  const isWaitOver = isDue(round.dueAtMs, nowMs);
  const isReached = again !== undefined && again.outcome !== 'unconfirmed';
  if (isWaitOver && !isReached && couldAskAgain(round, personsAt(desk), context.isDown)) {
    startRound(desk, 'all-rejected');
  } else if (again) {
    const { step, duty, userId, name, channels } = again;
    emitCall(desk, { step, duty, userId, name, channels, waitMs: repeatMs, repeat: again.repeat + 1 });
  } else if (isWaitOver) {
    desk.emit({ type: 'repeat-skipped', dueAtMs: nowMs + repeatMs });
  }
}

/** Ends the round if the alarm is too old to be sent. Returns whether the alarm is too old. */
function expires(desk: Desk): boolean {
  const { freshAtMs, round } = desk.state()!;
  if (!isTooOld(freshAtMs, round!.chain.ageMsMax, desk.nowMs)) return false;
  desk.emit({ type: 'expired' });
  return true;
}

function emitCall(
  desk: Desk,
  call: Pick<Call, 'step' | 'duty' | 'userId' | 'name' | 'channels' | 'waitMs' | 'repeat'>,
) {
  const { alarmId, associationId, round } = desk.state()!;
  const { round: number, callCount, priority } = round!;
  const callId = `${alarmId}/${number}/${callCount + 1}`;
  const dueAtMs = desk.nowMs + call.waitMs;
  desk.emit({ type: 'called', round: number, call: { callId, ...call }, associationId, priority, dueAtMs });
}

/**
 * Ends the call that waits for an answer, and calls the next person. At the end of a chain, calls at once only if the
 * message could not be delivered; otherwise the present wait goes on.
 */
export function endCall(desk: Desk, call: Call, outcome: 'unanswered' | 'unconfirmed' | 'undelivered' | 'gone'): void {
  desk.emit({ type: 'call-ended', callId: call.callId, outcome });
  const { phase } = desk.state()!.round!;
  if (phase === 'calling') callNext(desk);
  else if (phase === 'repeating' && outcome === 'undelivered') callOrRepeat(desk);
}

/** Does the next step of a round if its wait is over. */
export function goOn(desk: Desk): void {
  const { nowMs, untilMs } = desk;
  const round = desk.state()?.round;
  if (!round || round.phase === 'stopped' || round.phase === 'expired') return;
  if (isSetBack(round.dueAtMs, round.waitMs, nowMs)) {
    desk.emit({ type: 'wait-restarted', dueAtMs: nowMs + round.waitMs });
    return;
  }
  const call = waitingCall(round);
  const isOver = isDue(round.dueAtMs, untilMs);
  switch (round.phase) {
    case 'beginning':
      if (isOver) callNext(desk);
      return;
    case 'calling':
      // A round without a wait shows that the process was killed before it called the next person.
      if (!call || round.dueAtMs === null) callNext(desk);
      else if (isOver) endCall(desk, call, 'unanswered');
      else if (isDue(call.confirmDueAtMs, untilMs)) endCall(desk, call, 'unconfirmed');
      return;
    case 'repeating':
      if (call && isOver) endCall(desk, call, 'unanswered');
      else if (call && isDue(call.confirmDueAtMs, untilMs)) {
        endCall(desk, call, 'unconfirmed');
        // While somebody was going, Vigil ignored missing confirmations. So an earlier call may still wait.
        goOn(desk);
        return;
      }
      if (isOver) callOrRepeat(desk);
      return;
    case 'accepted':
      if (isOver) startRound(desk, 'not-acknowledged');
      return;
  }
}
