/** The texts on a call card. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { AnswerResult, MyCall } from '../../protocol/delivery.ts';
import type { CallCard } from './calls.ts';
import { outcomeWords } from './delivery-words.ts';
import { countdownText, whenText } from './times.ts';

const shortWhen = (ms: number, nowMs: number) => whenText(ms, nowMs).slice(0, -3);

/** What a card needs besides its call. */
export type CallSurroundings = {
  /** The delivery of the alarm, if the page knows it. */
  readonly view: DeliveryView | undefined;
  /** The delivery process gives no sign of life, so perhaps nobody is called in the ward of the call. */
  readonly isDown: boolean;
};

const downText =
  'Vigil calls nobody now, and your answer may not count: the delivery process gives no sign of life. Go, or call the ward.';

const noAgainText = ' Vigil does not call again now: the delivery process gives no sign of life.';

/** Returns what the person must do, or how the call ended. */
export function callStateText(card: CallCard, { view, isDown }: CallSurroundings, nowMs: number): string {
  const { call, state } = card;
  switch (state) {
    case 'waiting':
      return isDown ? downText : waitingText(call, nowMs);
    case 'late':
      return `${missedText(call)} ${isDown ? downText : `${presentText(call) ?? 'Nobody goes yet.'} You can still answer.`}`;
    case 'accepted':
      return `You go. The alarm sounds until somebody acknowledges it.${isDown ? noAgainText : againText(call, nowMs)}`;
    case 'rejected':
      return `You cannot go. ${isDown ? downText : (presentText(call, view) ?? 'Vigil looks for another person.')}`;
    case 'taken':
      return `${goesText(call.acceptedBy)}${isDown ? noAgainText : againText(call, nowMs)}`;
    case 'gone':
      return goneText(card, view, nowMs);
  }
}

function waitingText(call: MyCall, nowMs: number): string {
  const untilMs = Date.parse(call.answerBy ?? '');
  if (untilMs <= nowMs) return 'The time for your answer ends now. You can still answer.';
  const again = call.isAgain ? 'You are called again. ' : '';
  return `${again}Answer within ${countdownText(untilMs, nowMs)}. ${afterText(call)}`;
}

/** Returns what happens if the person does not answer. */
function afterText({ next, isWardTold }: MyCall): string {
  if (next !== undefined) return `Then ${next} is called.`;
  if (isWardTold) return 'Nobody else is left. The ward has an alarm about it, and Vigil calls again.';
  return 'Then nobody is left, and the ward gets an alarm.';
}

/** Returns why Vigil does not wait for the answer of this person. */
function missedText({ missed }: MyCall): string {
  switch (missed) {
    case 'unconfirmed':
      return 'No page or phone of yours confirmed this call in time, so Vigil did not wait for your answer.';
    case 'undelivered':
      return 'Vigil could not send you this call, so it did not wait for your answer.';
    default:
      return 'Your time to answer is over.';
  }
}

/** Returns who goes or is called now, or that the ward has an alarm; undefined if the page knows none of these. */
function presentText({ acceptedBy, others, isWardTold }: MyCall, view?: DeliveryView): string | undefined {
  if (acceptedBy.length > 0) return goesText(acceptedBy);
  const called = (others ?? view?.calls)?.findLast(({ outcome }) => outcome === 'waiting')?.name;
  const ward = isWardTold ? 'Nobody goes: the ward has an alarm about it.' : undefined;
  if (called === undefined) return ward;
  return `${called} is called now.${ward === undefined ? '' : ` ${ward}`}`;
}

/** Returns ` If nobody acknowledges it within 1:43, Vigil calls again.` After this time, it is not known what Vigil does. */
function againText({ againAt }: MyCall, nowMs: number): string {
  if (againAt === undefined) return '';
  const againMs = Date.parse(againAt);
  if (againMs <= nowMs) return ' The time to acknowledge it is over.';
  return ` If nobody acknowledges it within ${countdownText(againMs, nowMs)}, Vigil calls again.`;
}

/** Returns `Ben goes.` or `Ben and Cleo go.` */
function goesText(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]} goes.` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} go.`;
}

/** Returns who or what ended a call. */
function goneText({ alarm, call }: CallCard, view: DeliveryView | undefined, nowMs: number): string {
  if (!isUnanswered(alarm) && alarm.acknowledgedBy) {
    const at = alarm.acknowledgedAt === undefined ? '' : ` at ${shortWhen(Date.parse(alarm.acknowledgedAt), nowMs)}`;
    return `${alarm.acknowledgedBy.name} acknowledged the alarm${at}.`;
  }
  if (!alarm.present) {
    const at = alarm.resolvedAt === undefined ? '' : ` at ${shortWhen(Date.parse(alarm.resolvedAt), nowMs)}`;
    const look = alarm.signal === 'latched' ? ' Nobody has acknowledged it yet.' : '';
    return `The alarm ended${at}.${look}`;
  }
  if (alarm.under !== undefined) return 'Another alarm of this patient calls instead.';
  const accepted = view && view.acceptedBy.length > 0 ? view.acceptedBy.map(({ name }) => name) : call.acceptedBy;
  if (accepted.length > 0) return goesText(accepted);
  if (view?.calls.find(({ callId }) => callId === call.callId)?.outcome === 'gone')
    return 'You are not called any more: you are away, or you do not have this duty now.';
  if (view?.phase === 'expired')
    return 'Nobody is called any more: the alarm is too old. It is still on the ward screen.';
  return 'You are not called any more about this alarm. It is still on the ward screen.';
}

/** Returns the other persons who were called, each with the answer; undefined if nobody else was called. */
export function othersText({ others = [] }: MyCall): string | undefined {
  if (others.length === 0) return undefined;
  return `Also called: ${others.map(({ name, outcome }) => `${name} (${outcomeWords[outcome]})`).join(', ')}.`;
}

/** Returns the state of a call for one line: the time left, or who goes, or that Vigil calls nobody now. */
export function shortStateText({ call, state }: CallCard, isDown: boolean, nowMs: number): string {
  const isOpen = state === 'waiting' || state === 'late' || state === 'rejected';
  if (isDown && isOpen) return 'Vigil calls nobody';
  switch (state) {
    case 'waiting':
      return `${countdownText(Date.parse(call.answerBy ?? ''), nowMs)} left`;
    case 'late':
      return 'time over';
    case 'accepted':
      return 'you go';
    case 'rejected':
      return 'you cannot go';
    case 'taken':
      return goesText(call.acceptedBy).slice(0, -1);
    case 'gone':
      return 'ended';
  }
}

/** Returns the server's answer as a sentence for the person. */
export function answerText({ result, reason }: AnswerResult, answer: 'accepted' | 'rejected'): string {
  switch (result) {
    case 'taken':
      return answer === 'accepted' ? 'Taken: you go.' : 'Taken: you cannot go.';
    case 'no-effect':
      return `Not taken. ${reason ?? 'The call has changed.'}`;
    case 'unknown':
      return unknownText(answer);
  }
}

/** Returns what the person does if it is not known whether an answer counts. */
export function unknownText(answer: 'accepted' | 'rejected'): string {
  const act = answer === 'accepted' ? 'Go, or call the ward, or try again.' : 'Try again, or call the ward.';
  return `Not known yet whether Vigil has taken your answer. ${act}`;
}
