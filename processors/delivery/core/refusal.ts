/** Gives the reason why an answer to a call has no effect, as a text for the person who answered. Pure. */
import type { StopReason } from '../../../contracts/messages/deliveries.ts';
import type { Input } from './inputs.ts';
import type { State } from './state.ts';

const stopped: Readonly<Record<StopReason, string>> = {
  acknowledged: 'Somebody has acknowledged this alarm already.',
  ended: 'This alarm has ended.',
  'other-alarm-calls': 'A more general alarm of this patient calls instead.',
  late: 'This alarm is about earlier readings, so it calls nobody any more.',
};

/** Returns why an answer has no effect. @param state the state before the answer */
export function refusalOf(state: State, { alarmId, round: answered, userId, answer }: AnswerInput): string {
  const round = state.alarms.get(alarmId)?.round;
  if (!round) return 'This alarm is over.';
  if (round.phase === 'stopped') return stopped[round.stopped?.why ?? 'ended'];
  if (answered < round.answersFrom) return 'This call is over. The alarm calls again: answer the new call.';
  if (answered > round.round) return 'This call does not exist.';
  const calls = round.calls.filter((call) => call.userId === userId && call.outcome !== 'informed');
  if (calls.length === 0 && !round.calledBefore.includes(userId)) return 'This alarm has not called you.';
  if (answer === 'rejected') return 'You have rejected this call already.';
  if (round.acceptedBy.includes(userId)) return 'You have accepted this call already.';
  return 'You have accepted this alarm twice, and nobody acknowledged it. Now others are called.';
}

type AnswerInput = Extract<Input, { type: 'answer' }>;
