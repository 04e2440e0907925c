/** The texts on a call card. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { AnswerResult, MyCall } from '../../protocol/delivery.ts';
import type { CallCard } from './calls.ts';
import { outcomeWords } from './delivery-words.ts';
import { t } from './texts.ts';
import { countdownText, shortWhen } from './times.ts';

/** Facts that the texts of a card need besides the call itself. */
export type CallSurroundings = {
  /** The delivery of the alarm, if the page knows it. */
  readonly view: DeliveryView | undefined;
  /** True: the delivery process gives no sign of life, so perhaps nobody is called in the ward of the call. */
  readonly isDown: boolean;
};

const downText = () =>
  t(
    'Vigil calls nobody now, and your answer may not count: the delivery process gives no sign of life. Go, or call the ward.',
  );

const nobodyText = () => t('Vigil calls nobody now: the delivery process gives no sign of life. Go, or call the ward.');

const noAgainText = () => t(' Vigil does not call again now: the delivery process gives no sign of life.');

/** Returns what the person must do, or how the call ended. */
export function callStateText(card: CallCard, { view, isDown }: CallSurroundings, nowMs: number): string {
  const { call, state } = card;
  switch (state) {
    case 'waiting':
      return isDown ? downText() : waitingText(call, nowMs);
    case 'late':
      return `${missedText(call)} ${isDown ? downText() : t('{present} You can still answer.', { present: presentText(call) ?? t('Nobody goes yet.') })}`;
    case 'accepted':
      return t('You go. The alarm sounds until somebody acknowledges it.{part}', {
        part: isDown ? noAgainText() : againText(call, nowMs),
      });
    case 'rejected':
      return t('You cannot go. {part}', {
        part: isDown ? downText() : (presentText(call, view) ?? t('Vigil looks for another person.')),
      });
    case 'taken':
      return `${goesText(call.acceptedBy)}${isDown ? noAgainText() : againText(call, nowMs)}`;
    case 'gone':
      return goneText(card, { view, isDown }, nowMs);
  }
}

function waitingText(call: MyCall, nowMs: number): string {
  const untilMs = Date.parse(call.answerBy ?? '');
  if (untilMs <= nowMs) return t('The time for your answer ends now. You can still answer.');
  const again = call.isAgain ? t('You are called again. ') : '';
  return t('{again}Answer within {duration}. {after}', {
    again,
    duration: countdownText(untilMs, nowMs),
    after: afterText(call),
  });
}

/** Returns what happens if the person does not answer. */
function afterText({ next, isWardTold }: MyCall): string {
  if (next !== undefined) return t('Then {next} is called.', { next });
  if (isWardTold) return t('Nobody else is left. The ward has an alarm about it, and Vigil calls again.');
  return t('Then nobody is left, and the ward gets an alarm.');
}

/** Returns why Vigil does not wait for the answer of this person. */
function missedText({ missed }: MyCall): string {
  switch (missed) {
    case 'unconfirmed':
      return t('No page or phone of yours confirmed this call in time, so Vigil did not wait for your answer.');
    case 'undelivered':
      return t('Vigil could not send you this call, so it did not wait for your answer.');
    default:
      return t('Your time to answer is over.');
  }
}

/**
 * Returns who goes or who is called now, or that the ward has an alarm; undefined if the page has none of these facts.
 */
function presentText({ acceptedBy, others, isWardTold }: MyCall, view?: DeliveryView): string | undefined {
  if (acceptedBy.length > 0) return goesText(acceptedBy);
  const called = (others ?? view?.calls)?.findLast(({ outcome }) => outcome === 'waiting')?.name;
  const ward = isWardTold ? t('Nobody goes: the ward has an alarm about it.') : undefined;
  if (called === undefined) return ward;
  return t('{called} is called now.{part}', { called, part: ward === undefined ? '' : ` ${ward}` });
}

/**
 * Returns for example ` If nobody acknowledges it within 1:43, Vigil calls again.` After this time the text says only
 * that the time is over, because the page does not know what Vigil does now.
 */
function againText({ againAt }: MyCall, nowMs: number): string {
  if (againAt === undefined) return '';
  const againMs = Date.parse(againAt);
  if (againMs <= nowMs) return t(' The time to acknowledge it is over.');
  return t(' If nobody acknowledges it within {duration}, Vigil calls again.', {
    duration: countdownText(againMs, nowMs),
  });
}

/** Returns who goes, for example `Ben goes.` or `Ben and Cleo go.` */
function goesText(names: readonly string[]): string {
  return names.length === 1
    ? t('{names} goes.', { names: names[0] })
    : t('{names} and {names2} go.', { names: names.slice(0, -1).join(', '), names2: names.at(-1) });
}

/** Returns who or what ended a call. */
function goneText({ alarm, call }: CallCard, { view, isDown }: CallSurroundings, nowMs: number): string {
  if (!isUnanswered(alarm) && alarm.acknowledgedBy) {
    const at =
      alarm.acknowledgedAt === undefined
        ? ''
        : t(' at {when}', { when: shortWhen(Date.parse(alarm.acknowledgedAt), nowMs) });
    return t('{name} acknowledged the alarm{at}.', { name: alarm.acknowledgedBy.name, at });
  }
  if (!alarm.present) {
    const at =
      alarm.resolvedAt === undefined ? '' : t(' at {when}', { when: shortWhen(Date.parse(alarm.resolvedAt), nowMs) });
    const look = alarm.signal === 'latched' ? t(' Nobody has acknowledged it yet.') : '';
    return t('The alarm ended{at}.{look}', { at, look });
  }
  if (alarm.under !== undefined) return t('Another alarm of this patient calls instead.');
  const accepted = view && view.acceptedBy.length > 0 ? view.acceptedBy.map(({ name }) => name) : call.acceptedBy;
  if (accepted.length > 0) return goesText(accepted);
  if (view?.calls.find(({ callId }) => callId === call.callId)?.outcome === 'gone')
    return t('You are not called any more: you are away, or you do not have this duty now.');
  if (view?.phase === 'expired')
    return t('Nobody is called any more: the alarm is too old. It is still on the ward screen.');
  if (view?.phase === 'stopped')
    return t('You are not called any more about this alarm. It is still on the ward screen.');
  return isDown
    ? t('This call is over. {nobody}', { nobody: nobodyText() })
    : t('This call is over.{presentCall} You may be called again.', { presentCall: presentCallText(view) });
}

/**
 * Returns a sentence about the persons that Vigil calls again; an empty text if the page does not know them. In a new
 * round Vigil calls each person who still has the duty.
 */
function presentCallText(view: DeliveryView | undefined): string {
  const isCalling = view?.phase === 'beginning' || view?.phase === 'calling' || view?.phase === 'repeating';
  if (!isCalling) return t(' The alarm is still on the ward screen.');
  const called = view.calls.findLast(({ outcome }) => outcome === 'waiting')?.name;
  return t(' Vigil calls again about this alarm.{part}', {
    part: called === undefined ? '' : t(' {called} is called now.', { called }),
  });
}

/** Returns the other persons who were called, each with the answer; undefined if nobody else was called. */
export function othersText({ others = [] }: MyCall): string | undefined {
  if (others.length === 0) return undefined;
  return t('Also called: {others}.', {
    others: others.map(({ name, outcome }) => `${name} (${outcomeWords[outcome]})`).join(', '),
  });
}

/** Returns the state of a call for a text of one line: the time left, or who goes, or that Vigil calls nobody now. */
export function shortStateText({ call, state }: CallCard, isDown: boolean, nowMs: number): string {
  const isOpen = state === 'waiting' || state === 'late' || state === 'rejected';
  if (isDown && isOpen) return t('Vigil calls nobody');
  switch (state) {
    case 'waiting':
      return t('{duration} left', { duration: countdownText(Date.parse(call.answerBy ?? ''), nowMs) });
    case 'late':
      return t('time over');
    case 'accepted':
      return t('you go');
    case 'rejected':
      return t('you cannot go');
    case 'taken':
      return goesText(call.acceptedBy).slice(0, -1);
    case 'gone':
      return t('ended');
  }
}

/** Returns the server's answer as a sentence for the person. */
export function answerText({ result, reason }: AnswerResult, answer: 'accepted' | 'rejected'): string {
  switch (result) {
    case 'taken':
      return answer === 'accepted' ? t('Taken: you go.') : t('Taken: you cannot go.');
    case 'no-effect':
      return t('Not taken. {reason}', { reason: reason ?? t('The call has changed.') });
    case 'unknown':
      return unknownText(answer);
  }
}

/** Returns what the person should do if it is not known whether an answer counts. */
export function unknownText(answer: 'accepted' | 'rejected'): string {
  const act = answer === 'accepted' ? t('Go, or call the ward, or try again.') : t('Try again, or call the ward.');
  return t('Not known yet whether Vigil has taken your answer. {act}', { act });
}
