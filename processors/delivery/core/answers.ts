/** Handles what channels and persons report about a call. Pure. */
import { canAnswer } from '../../../contracts/delivery-policy.ts';
import { callNext, callOrRepeat, endCall, goOn } from './calling.ts';
import { type Desk, waitingCall } from './desk.ts';
import type { Input } from './inputs.ts';

/**
 * Handles the report of a channel. A report that the message came further never ends the wait for an answer. If every
 * channel that the person could answer through has failed for good, the call ends, and the next person is called.
 */
export function takeReceipt(
  desk: Desk,
  { callId, channel, receipt }: Pick<Extract<Input, { type: 'receipt' }>, 'callId' | 'channel' | 'receipt'>,
): void {
  const round = desk.state()?.round;
  const call = round?.calls.find((other) => other.callId === callId);
  if (!round || !call?.channels.includes(channel)) return;
  if (receipt.kind === 'reached') {
    if (canAnswer(channel) && call.confirmDueAtMs !== null) desk.emit({ type: 'confirmed', callId, channel });
    return;
  }
  // After a transient failure, the channel tries again. If the channel does not succeed in time, Vigil notices that the
  // confirmation is missing.
  if (receipt.class === 'transient' || call.failed.includes(channel)) return;
  desk.emit({ type: 'channel-failed', callId, channel });
  const isLost = call.channels.filter(canAnswer).every((name) => name === channel || call.failed.includes(name));
  if (isLost && call.outcome === 'waiting' && round.phase !== 'stopped') endCall(desk, call, 'undelivered');
}

/**
 * The acceptances of a person stop the calls about one occurrence of an alarm at most this many times (ours). An
 * acceptance that ended because the person left the duty does not count. Without a maximum, a person who accepts and
 * does not go, or a thief with the person's session, could stop the calls for ever.
 */
const acceptancesMax = 2;

/**
 * Handles the answer of a person to a call. The call must be of this round, or of an earlier round about the same
 * occurrence of the alarm. Other answers have no effect.
 */
export function takeAnswer(desk: Desk, input: Extract<Input, { type: 'answer' }>): void {
  const { round: answered, userId, answer } = input;
  const round = desk.state()?.round;
  if (!round || round.phase === 'stopped' || answered < round.answersFrom || answered > round.round) return;
  const ofPerson = round.calls.filter((call) => call.userId === userId && call.outcome !== 'informed');
  if (ofPerson.length === 0 && !round.calledBefore.includes(userId)) return;
  if (answer === 'accepted') {
    const earlier = round.acceptedBefore.filter((id) => id === userId).length;
    if (round.acceptedBy.includes(userId) || earlier >= acceptancesMax) return;
    const dueAtMs = round.phase === 'accepted' ? round.dueAtMs! : desk.nowMs + round.chain.acceptedMs;
    desk.emit({ type: 'accepted', round: round.round, userId, dueAtMs });
    return;
  }
  const hasRejected =
    ofPerson.length > 0
      ? ofPerson.every(({ outcome }) => outcome === 'rejected')
      : (round.rejectedBy ?? []).includes(userId);
  if (hasRejected) return;
  const isWaitedFor = waitingCall(round)?.userId === userId;
  desk.emit({ type: 'rejected', round: round.round, userId });
  const after = desk.state()!.round!;
  if (after.phase === 'calling' && (isWaitedFor || round.phase === 'accepted')) callNext(desk);
  else if (after.phase === 'repeating' && isWaitedFor) callOrRepeat(desk);
  // While this person was on the way, Vigil ignored missing confirmations. So the confirmation of another call may be
  // overdue by now.
  if (round.phase === 'accepted') goOn(desk);
}
