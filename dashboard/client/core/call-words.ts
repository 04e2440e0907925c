/** The texts on a call card. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { AnswerResult } from '../../protocol/delivery.ts';
import type { CallCard } from './calls.ts';
import { countdownText, whenText } from './times.ts';

const shortWhen = (ms: number, nowMs: number) => whenText(ms, nowMs).slice(0, -3);

/** Returns what the person must do, or how the call ended. @param view the delivery of the alarm, if the page knows it */
export function callStateText(card: CallCard, view: DeliveryView | undefined, nowMs: number): string {
  const { call, state } = card;
  const next =
    call.next === undefined ? 'Then nobody is left, and the ward gets an alarm.' : `Then ${call.next} is called.`;
  switch (state) {
    case 'waiting':
      return `Answer within ${countdownText(Date.parse(call.answerBy ?? ''), nowMs)}. ${next}`;
    case 'late':
      return 'Your time to answer is over, and nobody goes yet. You can still answer.';
    case 'accepted':
      return 'You go. The alarm sounds until somebody acknowledges it.';
    case 'rejected': {
      const others = call.acceptedBy.length > 0 ? `${call.acceptedBy.join(', ')} goes.` : undefined;
      // `call.next` is not the person who is called now.
      const called = view?.calls.findLast(({ outcome }) => outcome === 'waiting')?.name;
      return `You cannot go. ${others ?? (called === undefined ? 'Vigil looks for another person.' : `${called} is called.`)}`;
    }
    case 'taken':
      return `${call.acceptedBy.join(', ')} goes.`;
    case 'gone':
      return goneText(card, view, nowMs);
  }
}

/** Returns who or what ended a call. */
function goneText({ alarm, call }: CallCard, view: DeliveryView | undefined, nowMs: number): string {
  if (!isUnanswered(alarm) && alarm.acknowledgedBy) {
    const at = alarm.acknowledgedAt === undefined ? '' : ` at ${shortWhen(Date.parse(alarm.acknowledgedAt), nowMs)}`;
    return `${alarm.acknowledgedBy.name} acknowledged the alarm${at}.`;
  }
  if (!alarm.present) {
    const at = alarm.resolvedAt === undefined ? '' : ` at ${shortWhen(Date.parse(alarm.resolvedAt), nowMs)}`;
    return `The alarm ended${at}.`;
  }
  const accepted = view && view.acceptedBy.length > 0 ? view.acceptedBy.map(({ name }) => name) : call.acceptedBy;
  return accepted.length > 0 ? `${accepted.join(', ')} goes.` : 'This call has ended.';
}

/** Returns the server's answer as a sentence for the person. */
export function answerText({ result, reason }: AnswerResult, answer: 'accepted' | 'rejected'): string {
  switch (result) {
    case 'taken':
      return answer === 'accepted' ? 'Taken: you go.' : 'Taken: you cannot go.';
    case 'no-effect':
      return `Not taken. ${reason ?? 'The call has changed.'}`;
    case 'unknown':
      return 'Not known yet whether Vigil has taken your answer. Go, or call the ward, or try again.';
  }
}
