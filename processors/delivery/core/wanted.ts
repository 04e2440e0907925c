/** Decides whether a person must still get the message of a call. Pure. */
import type { CallOutcome } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { Call, State } from './state.ts';

/**
 * The outcomes of calls whose message may still be sent. A call with another outcome is over: the person has answered
 * or left, or the next person is called.
 */
const openOutcomes: readonly CallOutcome[] = ['waiting', 'informed', 'unconfirmed'];

/**
 * Returns the call if it may be sent through a channel. Nothing is sent after an answer, after the end of the call, or
 * after the end of the alarm.
 */
export function wantedCall(
  state: State,
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
