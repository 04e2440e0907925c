/** Decides who is called next in a round. Pure. */
import { callOrder, type PersonsOf, type PossibleCall } from '../../../contracts/call-order.ts';
import { canAnswer } from '../../../contracts/delivery-policy.ts';
import type { CallOutcome } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { Call, Round } from './state.ts';

type IsDown = (userId: string, channel: DeliveryChannel) => boolean;

/**
 * Returns the next call of a round; undefined if the chain is at its end. A person is called at most once through a
 * channel, and never through a channel that is down. A person who left the duty and came back is called like a person
 * who was not called before. A person who was informed in an earlier round is not informed again through the same
 * channel.
 */
export function nextCall(round: Round, personsOf: PersonsOf, isDown: IsDown): PossibleCall | undefined {
  const used = new Set(
    round.calls
      .filter(({ outcome }) => outcome !== 'gone')
      .flatMap(({ userId, channels }) => channels.map((channel) => `${userId} ${channel}`)),
  );
  const rejecting = rejectingPersons(round);
  const informed = new Set(round.informedBefore);
  for (const possible of callOrder(round.chain, personsOf)) {
    const { userId } = possible.person;
    if (rejecting.has(userId)) continue;
    const channels = possible.channels.filter(
      (channel) => !used.has(`${userId} ${channel}`) && !isDown(userId, channel),
    );
    if (channels.some(canAnswer)) return { ...possible, channels };
    const unused = channels.filter((channel) => !informed.has(`${userId} ${channel}`));
    if (unused.length > 0) return { ...possible, channels: unused, waitMs: 0 };
  }
  return undefined;
}

/** Returns the persons who rejected the alarm in this round. Their calls may be of an earlier round. */
function rejectingPersons({ calls, rejectedBy = [] }: Round): ReadonlySet<string> {
  const ofCalls = calls.filter(({ outcome }) => outcome === 'rejected').map(({ userId }) => userId);
  return new Set([...ofCalls, ...rejectedBy]);
}

/**
 * The outcomes of calls that may be repeated, the best first: the person left and came back; the person did not answer;
 * the person was not reached. An earlier person may be called instead of the last person of the chain, who may be out
 * of reach.
 */
const repeatable: readonly CallOutcome[] = ['gone', 'unanswered', 'unconfirmed'];

/**
 * Returns the call to repeat at the end of a chain: the last call that asked a person who has not answered, still has
 * the duty and can be reached. If there are several such calls, the order of `repeatable` decides, and then the newest
 * call. A person who rejected the alarm is not called again in this round.
 */
export function repeatedCall(round: Round, personsOf: PersonsOf, isDown: IsDown): Call | undefined {
  const present = presentPersons(round, personsOf);
  const rejecting = rejectingPersons(round);
  // A call that only informed a person, for example a mail, says nothing about whether the person answers.
  const askingCalls = round.calls.filter(({ outcome }) => outcome !== 'informed');
  const lastCalls = new Map(askingCalls.map((call) => [call.userId, call]));
  const newestFirst = askingCalls.filter((call) => lastCalls.get(call.userId) === call).toReversed();
  for (const wanted of repeatable)
    for (const call of newestFirst) {
      if (call.outcome !== wanted || rejecting.has(call.userId) || !present.has(call.userId)) continue;
      const channels = call.channels.filter(
        (channel) => !call.failed.includes(channel) && !isDown(call.userId, channel),
      );
      if (channels.some(canAnswer)) return { ...call, channels };
    }
  return undefined;
}

/**
 * Returns whether the next round could call a person who rejected the alarm in this round, so that the person can
 * answer. The caller uses this function when nobody else can be reached in this round any more.
 */
export function couldAskAgain(round: Round, personsOf: PersonsOf, isDown: IsDown): boolean {
  const rejecting = rejectingPersons(round);
  return callOrder(round.chain, personsOf).some(
    ({ person: { userId }, channels, waitMs }) =>
      rejecting.has(userId) && waitMs > 0 && channels.some((channel) => canAnswer(channel) && !isDown(userId, channel)),
  );
}

/** Returns the ids of the persons who can now be called by the chain. */
export function presentPersons({ chain }: Round, personsOf: PersonsOf): ReadonlySet<string> {
  return new Set(callOrder(chain, personsOf).map(({ person }) => person.userId));
}
