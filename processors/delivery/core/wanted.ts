/** Decides whether a person must still get the message of a call. Pure. */
import type { CallOutcome } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { Call, PendingCall, Slot, State } from './state.ts';

/**
 * The outcomes of calls whose message may still be sent. A call with another outcome is over: the person has answered
 * or left, or the next person is called.
 */
const openOutcomes: readonly CallOutcome[] = ['waiting', 'informed', 'unconfirmed'];

/**
 * Returns the call if it may be sent through a channel. Nothing is sent after an answer, after the end of the alarm, or
 * after the end of the call. One exception: an `unconfirmed` call may still be sent.
 */
export function wantedCall(
  state: Pick<State, 'alarms'>,
  { alarmId, callId }: { readonly alarmId: string; readonly callId: string },
  channel: DeliveryChannel,
): Call | undefined {
  const round = state.alarms.get(alarmId)?.round;
  if (!round || (round.phase !== 'calling' && round.phase !== 'repeating')) return undefined;
  const call = round.calls.find((other) => other.callId === callId);
  return call?.channels.includes(channel) && !call.failed.includes(channel) && openOutcomes.includes(call.outcome)
    ? call
    : undefined;
}

/**
 * Returns the calls of a person that must still be sent through a channel. They come from the alarms, so they are known
 * even if the slot of the person cannot be read.
 */
export function unsentCalls(
  state: Pick<State, 'alarms'>,
  { userId, channel }: Pick<Slot, 'userId' | 'channel'>,
): PendingCall[] {
  return [...state.alarms.values()].flatMap((alarm) => {
    try {
      const { alarmId, associationId, round } = alarm;
      return (round?.calls ?? [])
        .filter((call) => call.userId === userId && !call.sent.includes(channel))
        .filter(({ callId }) => wantedCall(state, { alarmId, callId }, channel) !== undefined)
        .map(({ callId }) => ({ alarmId, associationId, callId, priority: round!.priority }));
    } catch {
      // The rules fail for this alarm and inform its ward (alarm-failure.ts).
      return [];
    }
  });
}
