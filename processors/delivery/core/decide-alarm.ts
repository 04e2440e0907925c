/**
 * Decides how the delivery of one alarm continues after an event of the engine, a change of persons, or a timer
 * (CLINICAL, "Delivery"). The functions change the state only through events. Pure.
 */
import { quietReason } from '../../../contracts/alarm-calls.ts';
import type { PersonsOf } from '../../../contracts/call-order.ts';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { freshAtMs } from './alarm-facts.ts';
import { callNext, callOrRepeat, endCall, goOn, startRound } from './calling.ts';
import { type Desk, personsAt, waitingCall } from './desk.ts';
import { nextCall, presentPersons, repeatedCall } from './next-call.ts';
import type { AlarmDelivery, Round } from './state.ts';
import { isDue, isTooOld, resumeMsMax } from './waits.ts';

/**
 * Handles an alarm event of the engine. An event that is older than the last event has no effect. The last event again
 * only completes what a killed process has left undone.
 */
export function takeAlarm(desk: Desk, event: AlarmEvent): void {
  const { alarm } = event;
  const before = desk.state();
  const over = desk.over();
  if ((before && alarm.rev < before.rev) || (over && alarm.rev <= over.rev)) return;
  if (event.type === 'cleared') {
    if (before) end(desk, before);
    return;
  }
  const { rev, kind, priority, associationId, onsets } = alarm;
  const quiet = quietReason(alarm);
  // An alarm that has never called needs no state.
  if (!before && quiet !== null) return;
  const facts = { kind, priority, associationId, onsets, quiet, freshAtMs: freshAtMs(event, before ?? over) };
  if (!before || (rev > before.rev && !isUnchanged(before, facts))) desk.emit({ type: 'alarm-seen', rev, ...facts });
  followAlarm(desk);
}

/** Ends the delivery of an alarm that has left the screens. */
function end(desk: Desk, { round }: AlarmDelivery): void {
  if (round && round.phase !== 'stopped') desk.emit({ type: 'stopped', why: 'ended' });
  desk.emit({ type: 'alarm-cleared' });
}

/**
 * Returns whether an event brings only a new value, as most events do. Such an event is not stored, because it does not
 * change the delivery.
 */
function isUnchanged(
  before: AlarmDelivery,
  facts: Omit<AlarmDelivery, 'alarmId' | 'rev' | 'round' | 'notSent'>,
): boolean {
  return (Object.keys(facts) as (keyof typeof facts)[]).every((name) => facts[name] === before[name]);
}

/**
 * Starts, continues or stops the round of the alarm. Decides by the state alone, and not by the event that changed the
 * state. So a process that was killed between two events of one decision completes the decision after its restart.
 */
function followAlarm(desk: Desk): void {
  const alarm = desk.state()!;
  const { round, quiet } = alarm;
  if (quiet !== null) {
    if (round && round.phase !== 'stopped') desk.emit({ type: 'stopped', why: quiet });
    return;
  }
  if (alarm.notSent !== null) return;
  if (!round) startRound(desk, 'new');
  else if (round.phase === 'stopped') beginAgain(desk, alarm, round);
  else if (isMoreUrgent(alarm, round)) startRound(desk, 'more-urgent');
  else if (round.phase === 'expired' && !isTooOld(alarm.freshAtMs, round.chain.ageMsMax, desk.nowMs))
    startRound(desk, 'fresh-again');
}

function beginAgain(desk: Desk, alarm: AlarmDelivery, round: Round): void {
  if (!canResume(round, desk.nowMs) || isMoreUrgent(alarm, round)) {
    startRound(desk, 'new');
    return;
  }
  desk.emit({ type: 'resumed' });
  goOn(desk);
  // The persons may have changed while the alarm was quiet.
  followPersons(desk);
}

function isMoreUrgent(alarm: AlarmDelivery, round: Round): boolean {
  return priorityRank[alarm.priority] > priorityRank[round.priority];
}

function canResume({ stopped }: Round, nowMs: number): boolean {
  if (stopped === null || stopped.why === 'acknowledged') return false;
  const isUnanswered = stopped.phase === 'beginning' || stopped.phase === 'calling' || stopped.phase === 'repeating';
  return isUnanswered && Math.abs(nowMs - stopped.atMs) <= resumeMsMax;
}

/** Handles a timer: does what must happen now, and what a killed process has left undone. */
export function takeTimer(desk: Desk): void {
  followAlarm(desk);
  goOn(desk);
  followPersons(desk);
}

/** Handles a change of persons, channels or the policy. */
export function takeChange(desk: Desk): void {
  followAlarm(desk);
  followPersons(desk);
}

/**
 * Calls the next person if the called person no longer has the duty. At the end of a chain, calls a person who has come
 * on duty, or who can be reached again.
 */
function followPersons(desk: Desk): void {
  const { round } = desk.state()!;
  if (!round) return;
  const persons = personsAt(desk);
  const call = waitingCall(round);
  if (round.phase === 'accepted') {
    followAccepted(desk, round, presentPersons(round, persons));
  } else if (round.phase === 'repeating') {
    if (!call) callWithoutWaiting(desk, round, persons);
    else if (nextCall(round, persons, desk.context.isDown)) {
      desk.emit({ type: 'call-ended', callId: call.callId, outcome: 'unanswered' });
      callNext(desk);
    }
  } else if (round.phase === 'calling' && call && !presentPersons(round, persons).has(call.userId)) {
    endCall(desk, call, 'gone');
  }
}

/**
 * Calls a person who has come on duty, or who can be reached again. Called at the end of a chain, if no call waits for
 * an answer. A person whose last call was not confirmed is called again only after the wait between two repeated calls.
 * Otherwise a person without an open page would be called every 5 s.
 */
function callWithoutWaiting(desk: Desk, round: Round, persons: PersonsOf): void {
  const { isDown } = desk.context;
  const isWaitOver = isDue(round.dueAtMs, desk.nowMs);
  const isUnreached = repeatedCall(round, persons, isDown)?.outcome === 'unconfirmed';
  if (isWaitOver || !isUnreached || nextCall(round, persons, isDown)) callOrRepeat(desk);
}

/**
 * Ends the acceptance of a person who left the duty, because this person does not go to the patient any more. If nobody
 * else goes, calls the next person.
 */
function followAccepted(desk: Desk, round: Round, present: ReadonlySet<string>): void {
  for (const { callId, userId, outcome } of round.calls)
    if (outcome === 'accepted' && !present.has(userId)) desk.emit({ type: 'call-ended', callId, outcome: 'gone' });
  if (desk.state()!.round!.phase !== 'calling') return;
  callNext(desk);
  // While somebody was going, another call may have waited too long for its confirmation.
  goOn(desk);
}
